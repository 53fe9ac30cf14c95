use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        map Pack {
            let parcels = for order in order.items {
                task PackItem { let parcel = pack_item(order); end parcel; }
            };
            end parcels;
        }
    }
}

fn main() {}
