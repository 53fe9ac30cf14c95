use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> String {
        parallel Both {
            let first_item = order.items[0];
            let (first, second) = branch { pass First { end 1; } } branch { pass Second { end 2; } };
            next Done;
        }
        succeed Done { format!("{first} {second} {}", first_item.sku) }
    }
}

fn main() {}
