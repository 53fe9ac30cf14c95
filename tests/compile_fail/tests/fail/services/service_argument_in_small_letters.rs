use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Calling(order: Order) {
        task Read { service "arn:aws:states:::aws-sdk:s3:getObject" { bucket: order.id, Key: order.id }; end; }
    }
}

fn main() {}
