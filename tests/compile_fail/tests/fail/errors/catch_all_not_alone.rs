use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            catch PaymentError::GatewayTimeout | States::ALL => Failed;
            end charge;
        }
        fail Failed;
    }
}

fn main() {}
