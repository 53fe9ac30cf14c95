use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        wait Only { seconds 1s; result_path "$.waited"; end; }
    }
}

fn main() {}
