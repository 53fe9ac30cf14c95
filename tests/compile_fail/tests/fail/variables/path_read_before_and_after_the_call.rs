use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        query_language JSONPath;
        pass Start { next Check; }
        task Check {
            let given: Order = path!("$.order");
            let checked = validate_order(given);
            next Done;
        }
        pass Done { end given; }
    }
}

fn main() {}
