use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> bool {
        task Ask {
            let text = format!("{} {task_token}", order.id);
            let answer: bool = wait_for_task_token service "arn:aws:states:::sqs:sendMessage" {
                QueueUrl: text,
                MessageBody: task_token,
            };
            next Done;
        }
        succeed Done { answer }
    }
}

fn main() {}
