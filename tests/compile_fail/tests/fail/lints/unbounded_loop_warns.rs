#![deny(deprecated)]

use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Polling(order: Order) -> Order {
        task Ask { let found = validate_order(order); next Decide; }
        choice Decide { when found.vip => Done; otherwise => Ask; }
        succeed Done { found }
    }

    workflow Meant(order: Order) -> Order {
        allow unbounded_loop;
        task Ask { let found = validate_order(order); next Decide; }
        choice Decide { when found.vip => Done; otherwise => Ask; }
        succeed Done { found }
    }
}

fn main() {}
