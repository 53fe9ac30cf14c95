#![deny(deprecated)]

use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Telling(order: Order) {
        task Tell {
            service "arn:aws:states:::sns:publish" { TopicArn: "${Topic}", Message: order.id };
            end;
        }
    }

    workflow Meant(order: Order) -> String {
        allow literal_placeholder;
        pass Only { end format!("${{Topic}} of {}", order.id); }
    }
}

fn main() {}
