use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        task Charge { next Pause; }
        wait Pause { next Each; }
        map Each { next Both; }
        parallel Both { end; }
    }
}

fn main() {}
