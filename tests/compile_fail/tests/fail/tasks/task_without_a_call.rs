use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> String {
        task Check {
            let label = format!("order {}", order.id);
            end label;
        }
    }
}

fn main() {}
