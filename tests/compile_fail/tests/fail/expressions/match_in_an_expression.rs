use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Missing(order: Order) -> String {
        task Ask { let decision: Decision = wait_for_task_token request_review(order, task_token); next Say; }
        pass Say { end match decision { Decision::Refused { reason } => reason }; }
    }
}

fn main() {}
