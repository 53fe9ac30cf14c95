use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        pass First { let item = order.id; next Pack; }
        map Pack {
            let parcels = for item in order.items {
                task PackItem { let parcel = pack_item(item); end parcel; }
            };
            end parcels;
        }
    }
}

fn main() {}
