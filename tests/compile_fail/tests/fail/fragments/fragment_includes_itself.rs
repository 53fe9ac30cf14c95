use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Again(order: Order) {
        include Inner { Again(order); end; }
    }
}

fn main() {}
