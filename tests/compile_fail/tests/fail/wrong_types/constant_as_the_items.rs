use stepwright::prelude::*;
use stepwright_compile_fail::*;

const LIMIT: f64 = 5.0;

workflow! {
    workflow Orders(order: Order) -> Vec<Parcel> {
        map Pack {
            let parcels = for item in LIMIT {
                task PackItem {
                    let parcel = pack_item(item);
                    end parcel;
                }
            };
            end parcels;
        }
    }
}

fn main() {}
