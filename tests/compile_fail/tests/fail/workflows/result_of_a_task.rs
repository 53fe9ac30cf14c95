use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        task Only { let _receipt = charge_card(order); result { id: 1 }; end; }
    }
}

fn main() {}
