use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        pass Only { input_path "$.order"; end; }
    }
}

fn main() {}
