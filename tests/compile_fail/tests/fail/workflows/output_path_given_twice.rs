use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        pass Only { output_path "$.order"; output_path "$"; end; }
    }
}

fn main() {}
