use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        pass Only { result { id: 1 }; result { id: 2 }; end; }
    }
}

fn main() {}
