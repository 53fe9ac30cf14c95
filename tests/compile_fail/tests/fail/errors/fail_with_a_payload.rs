use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        fail Undone { Item { sku: order.id, quantity: 1 } }
    }
}

fn main() {}
