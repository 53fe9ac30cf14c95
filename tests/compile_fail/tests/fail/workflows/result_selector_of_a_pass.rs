use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        pass Only { result_selector { id: 1 }; end; }
    }
}

fn main() {}
