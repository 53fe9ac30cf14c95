use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        deny unhandled_errors;
        map Pack {
            distributed;
            let parcels = for item in order.items {
                task PackItem { let parcel = pack_item(item); end parcel; }
            };
            end parcels;
        }
    }

    fragment Payment(order: Order) -> Charge {
        task Charge { let charge = charge_card(order); end charge; }
    }
}

fn main() {}
