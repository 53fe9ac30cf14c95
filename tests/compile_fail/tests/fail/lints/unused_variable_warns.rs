#![deny(deprecated)]

use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Check { let checked = validate_order(order); next Label; }
        pass Label { let label = format!("order {}", order.id); let _note = label; next Done; }
        succeed Done { order }
    }

    workflow Meant(order: Order) -> Order {
        allow unused_variables;
        task Check { let checked = validate_order(order); next Done; }
        succeed Done { order }
    }
}

fn main() {}
