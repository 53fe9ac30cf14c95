use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> u32 {
        pass Read { let number: u32 = order.id.parse().unwrap(); next Done; }
        succeed Done { number }
    }
}

fn main() {}
