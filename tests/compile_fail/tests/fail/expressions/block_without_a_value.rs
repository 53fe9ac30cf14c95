use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> bool {
        pass Read { let vip = { let vip = order.vip; vip; }; next Done; }
        succeed Done { order.vip }
    }
}

fn main() {}
