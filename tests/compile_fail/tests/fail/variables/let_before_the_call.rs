use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Check {
            let label = format!("order {}", order.id);
            let checked = validate_order(order);
            let both = format!("{label} {}", checked.id);
            next Done;
        }
        succeed Done { if both == "" { order } else { checked } }
    }
}

fn main() {}
