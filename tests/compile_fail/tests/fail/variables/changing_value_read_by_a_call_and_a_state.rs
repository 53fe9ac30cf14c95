use stepwright::workflow;
use stepwright_compile_fail::*;

use stepwright::functions;

workflow! {
    workflow Orders(order: Order) -> String {
        task Publish {
            let id = functions::uuid();
            service "arn:aws:states:::sqs:sendMessage" { QueueUrl: order.id, MessageBody: id };
            next Done;
        }
        succeed Done { id }
    }
}

fn main() {}
