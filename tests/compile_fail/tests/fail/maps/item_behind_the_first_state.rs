use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Vec<Vec<String>> {
        map Outer {
            let lines = for item in order.items {
                map Inner {
                    let skus = for other in order.items {
                        pass Sku { end item.sku; }
                    };
                    end skus;
                }
            };
            end lines;
        }
    }

    workflow Packing(order: Order) -> Vec<Parcel> {
        map Pack {
            let parcels = for item in order.items {
                task PackItem { let parcel = pack_item(item); next Decide; }
                choice Decide {
                    when parcel.tracking == "" => PackItem;
                    otherwise => Packed;
                }
                succeed Packed { parcel }
            };
            end parcels;
        }
    }
}

fn main() {}
