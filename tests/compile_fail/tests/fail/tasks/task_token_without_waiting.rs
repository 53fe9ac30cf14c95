use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        task Review { request_review(order, task_token); end; }
    }
}

fn main() {}
