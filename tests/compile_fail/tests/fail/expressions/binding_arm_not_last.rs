use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        task Ask { let decision: Decision = wait_for_task_token request_review(order, task_token); next Decide; }
        choice Decide {
            match decision { other => Done, Decision::Approved => Done }
        }
        succeed Done;
    }
}

fn main() {}
