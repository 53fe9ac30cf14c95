use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Check {
            let checked = Order { id: format!("{}!", order.id), ..order };
            let checked = validate_order(checked);
            next Done;
        }
        succeed Done { checked }
    }
}

fn main() {}
