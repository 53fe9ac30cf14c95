use stepwright::workflow;
use stepwright_compile_fail::*;

use stepwright::functions;

workflow! {
    workflow Orders(order: Order) {
        task Publish {
            let id = functions::uuid();
            service "arn:aws:states:::sqs:sendMessage" { QueueUrl: id, MessageBody: id };
            end;
        }
    }
}

fn main() {}
