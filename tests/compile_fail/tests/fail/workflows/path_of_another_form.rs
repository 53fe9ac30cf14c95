use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        pass Only { result_path "order"; end; }
    }
}

fn main() {}
