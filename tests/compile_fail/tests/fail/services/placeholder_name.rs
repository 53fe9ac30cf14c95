use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Telling(order: Order) {
        task Tell {
            service "arn:aws:states:::sns:publish" { TopicArn: placeholder!("${Topic}"), Message: order.id };
            end;
        }
    }
}

fn main() {}
