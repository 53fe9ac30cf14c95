use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Whole(order: Order) {
        express;
        map Pack {
            distributed;
            for item in order.items { task PackItem { pack_item(item); end; } };
            end;
        }
    }

    workflow Children(order: Order) {
        map Ask {
            distributed express;
            for item in order.items {
                task Review {
                    let decision: Decision = wait_for_task_token request_review(order, task_token);
                    end decision;
                }
            };
            end;
        }
    }
}

fn main() {}
