use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        map Pack {
            let parcels = for item in order.total {
                task PackItem { let parcel = pack_item(item); end parcel; }
            };
            end parcels;
        }
    }
}

fn main() {}
