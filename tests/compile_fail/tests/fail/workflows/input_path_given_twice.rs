use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        pass Only { input_path "$.order"; input_path null; end; }
    }
}

fn main() {}
