use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> String {
        pass Label { let first = order.items.first().map(|item| item.sku); next Done; }
        succeed Done { format!("{first}") }
    }
}

fn main() {}
