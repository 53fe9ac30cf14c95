use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            catch OrderError::Invalid => Done;
            end charge;
        }
        succeed Done { Charge { id: "none".to_owned() } }
    }
}

fn main() {}
