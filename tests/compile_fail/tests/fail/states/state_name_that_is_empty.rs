use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        #[name = ""]
        pass First { end; }
    }
}

fn main() {}
