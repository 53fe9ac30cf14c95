use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> bool {
        task Charge {
            let same = validate_order(order) == validate_order(order);
            end same;
        }
    }
}

fn main() {}
