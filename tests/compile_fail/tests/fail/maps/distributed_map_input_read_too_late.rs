use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Looping(order: Order) {
        map Pack {
            distributed;
            for item in order.items {
                task PackItem { let parcel = pack_item(item); next Wait; }
                wait Wait { seconds order.items.len(); next PackItem; }
                succeed Never { parcel }
            };
            end;
        }
    }

    workflow Inside(order: Order) {
        pass Begin { let limit = 3; next Outer; }
        map Outer {
            distributed;
            for item in order.items {
                map Inner {
                    for number in [1, 2] { pass Use { end number + limit; } };
                    end;
                }
            };
            end;
        }
    }

    workflow Text(order: Order) {
        pass Start { let limit = 3; next Each; }
        map Each {
            distributed;
            for item in order.items {
                pass First { let double: u32 = jsonata!("$limit * 2"); next Last; }
                pass Last { end double; }
            };
            end;
        }
    }
}

fn main() {}
