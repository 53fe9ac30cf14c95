use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Review {
            let decision: Decision = wait_for_task_token request_review(order, task_token);
            next Decide;
        }
        choice Decide {
            match (decision, order.id.as_str()) {
                (Decision::Approved, "a") => Done,
                (Decision::Refused { .. }, _) => Done,
            }
        }
        succeed Done { order }
    }

    workflow Expressions(decision: Decision) -> u32 {
        pass Only {
            let code = match decision {
                Decision::Approved => 1,
            };
            end code;
        }
    }
}

fn main() {}
