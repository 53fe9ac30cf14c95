use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Review {
            let decision: Decision = wait_for_task_token request_review(order, task_token);
            next Decide;
        }
        choice Decide {
            match decision {
                Decision::Approved => Done,
            }
        }
        succeed Done { order }
    }
}

fn main() {}
