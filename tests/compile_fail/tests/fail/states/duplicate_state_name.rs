use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        map Pack {
            let parcels = for item in order.items {
                task Pack { let parcel = pack_item(item); end parcel; }
            };
            end parcels;
        }
    }
}

fn main() {}
