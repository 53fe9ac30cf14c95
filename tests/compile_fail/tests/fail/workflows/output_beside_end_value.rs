use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        pass Only { output { id: order.id }; end order.id; }
    }
}

fn main() {}
