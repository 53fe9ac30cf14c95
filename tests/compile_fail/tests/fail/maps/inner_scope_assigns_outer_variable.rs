use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge { let charge = charge_card(order); next Pack; }
        map Pack {
            for item in order.items {
                task PackItem { let parcel = pack_item(item); next Again; }
                task Again { let charge = charge_card(order); next Out; }
                succeed Out { parcel }
            };
            next Done;
        }
        succeed Done { charge }
    }
}

fn main() {}
