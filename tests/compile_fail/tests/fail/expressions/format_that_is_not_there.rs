use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> String {
        pass Label { let label = format!("{:?}", order.id); next Done; }
        succeed Done { label }
    }
}

fn main() {}
