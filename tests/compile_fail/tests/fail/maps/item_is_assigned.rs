use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        map Each {
            let parcels = for item in order.items {
                pass One { let item = Item { quantity: 1, ..item }; next Pack; }
                task Pack { let parcel = pack_item(item); end parcel; }
            };
            end parcels;
        }
    }
}

fn main() {}
