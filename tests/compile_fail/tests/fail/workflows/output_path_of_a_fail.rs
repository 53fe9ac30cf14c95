use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        fail Only { output_path "$"; "Refused" }
    }
}

fn main() {}
