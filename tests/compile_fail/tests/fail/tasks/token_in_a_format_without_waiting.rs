use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Check {
            let checked = validate_order(Order { id: format!("{task_token}"), ..order });
            next Done;
        }
        succeed Done { checked }
    }
}

fn main() {}
