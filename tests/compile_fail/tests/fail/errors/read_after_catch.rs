use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            catch States::ALL => Refund;
            next Done;
        }
        task Refund { refund(charge); next Failed; }
        fail Failed;
        succeed Done { charge }
    }
}

fn main() {}
