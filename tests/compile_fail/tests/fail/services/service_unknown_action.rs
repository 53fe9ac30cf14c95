use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Calling(order: Order) {
        task Send { service "arn:aws:states:::sqs:sendMesage" { QueueUrl: order.id, MessageBody: order.id }; end; }
    }
}

fn main() {}
