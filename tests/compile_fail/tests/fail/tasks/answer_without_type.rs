use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Decision {
        task Review {
            let decision = wait_for_task_token request_review(order, task_token);
            end decision;
        }
    }
}

fn main() {}
