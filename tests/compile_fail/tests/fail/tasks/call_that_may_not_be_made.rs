use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Check {
            let checked = if order.vip { order } else { validate_order(order) };
            end checked;
        }
    }
}

fn main() {}
