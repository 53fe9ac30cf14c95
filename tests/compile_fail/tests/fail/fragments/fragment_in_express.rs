use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Review(order: Order) -> Decision {
        task Ask { let decision: Decision = wait_for_task_token request_review(order, task_token); end decision; }
    }

    workflow Orders(order: Order) {
        express;
        include Once { Review(order); next Done; }
        succeed Done;
    }
}

fn main() {}
