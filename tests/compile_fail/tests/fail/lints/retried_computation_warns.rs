#![deny(deprecated)]

use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> usize {
        task Check {
            let part = 100 / validate_order(order).items.len();
            retry States::ALL (max_attempts: 2);
            next Done;
        }
        succeed Done { part }
    }
}

fn main() {}
