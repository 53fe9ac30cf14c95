use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> u8 {
        pass Read { let count = order.items.len() as u8; next Done; }
        succeed Done { count }
    }
}

fn main() {}
