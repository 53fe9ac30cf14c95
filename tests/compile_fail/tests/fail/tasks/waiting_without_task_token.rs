use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Decision {
        task Review {
            let decision: Decision = wait_for_task_token charge_card(order);
            end decision;
        }
    }
}

fn main() {}
