use stepwright::workflow;
use stepwright_compile_fail::*;

use stepwright::functions;

workflow! {
    workflow Orders(order: Order) -> String {
        pass Label {
            let id = functions::uuid();
            let label = format!("{}: {id}", order.id);
            next Done;
        }
        succeed Done { format!("{id} {label}") }
    }
}

fn main() {}
