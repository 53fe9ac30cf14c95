use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Calling(order: Order) {
        task Send { service "arn:aws:states:::events:putEvents.sync" { Entries: [{ Source: order.id }] }; end; }
    }
}

fn main() {}
