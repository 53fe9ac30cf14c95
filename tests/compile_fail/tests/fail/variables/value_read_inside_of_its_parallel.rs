use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> String {
        parallel Both {
            let label = format!("order {}", order.id);
            let (first, second) = branch { pass First { end label; } } branch { pass Second { end 2; } };
            next Done;
        }
        succeed Done { format!("{first} {second}") }
    }
}

fn main() {}
