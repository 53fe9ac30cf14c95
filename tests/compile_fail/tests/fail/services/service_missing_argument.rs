use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Calling(order: Order) {
        task Put { service "arn:aws:states:::dynamodb:putItem" { TableName: order.id }; end; }
    }
}

fn main() {}
