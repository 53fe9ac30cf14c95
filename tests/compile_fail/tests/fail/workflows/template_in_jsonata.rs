use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        pass Only { parameters { id: order.id }; end; }
    }
}

fn main() {}
