use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        choice Only { parameters { id: 1 }; when order.vip => Done; otherwise => Done; }
        succeed Done {}
    }
}

fn main() {}
