use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        map Pack {
            let parcels = for item in order.items {
                task PackItem { let parcel = pack_item(item); end parcel; }
            };
            catch PackError::OutOfStock => Failed;
            end parcels;
        }
        fail Failed;
    }
}

fn main() {}
