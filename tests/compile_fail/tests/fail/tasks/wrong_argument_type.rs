use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            next Pack;
        }
        task Pack {
            let _parcel = pack_item(charge);
            next Done;
        }
        succeed Done { charge }
    }
}

fn main() {}
