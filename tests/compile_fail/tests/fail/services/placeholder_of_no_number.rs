use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Pausing(order: Order) -> String {
        wait Pause { seconds placeholder!("Pause"); next Done; }
        succeed Done { order.id }
    }
}

fn main() {}
