use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> bool {
        pass Read { let same = order.vip == Default::default(); next Done; }
        succeed Done { same }
    }
}

fn main() {}
