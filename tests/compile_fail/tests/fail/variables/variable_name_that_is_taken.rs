use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        pass First { let states = order.total; next Second; }
        pass Second { let order = 1; next Third; }
        pass Third { end states; }
    }
}

fn main() {}
