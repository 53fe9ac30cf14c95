use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> bool {
        pass Read { let few = order.items[1..3].is_empty(); next Done; }
        succeed Done { few }
    }
}

fn main() {}
