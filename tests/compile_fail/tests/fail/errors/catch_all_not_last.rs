use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            retry States::ALL | States::Timeout (max_attempts: 2);
            catch States::ALL => Failed;
            catch PaymentError::GatewayTimeout => Late;
            end charge;
        }
        fail Failed;
        fail Late;
    }
}

fn main() {}
