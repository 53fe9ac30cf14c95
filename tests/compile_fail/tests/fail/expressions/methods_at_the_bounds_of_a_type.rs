use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> u32 {
        pass Wrap { let a = 1u32.wrapping_add(2); next Check; }
        pass Check { let b = 1u32.checked_sub(2).unwrap_or(0); next Lines; }
        pass Lines { let c = order.id.lines().count(); next Done; }
        succeed Done { a + b }
    }
}

fn main() {}
