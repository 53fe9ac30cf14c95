use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> f64 {
        pass First { let total = order.total; let total = order.total * 2.0; next Done; }
        pass Done { end total; }
    }
}

fn main() {}
