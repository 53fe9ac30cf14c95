use stepwright::workflow;
use stepwright_compile_fail::*;

#[derive(Debug, thiserror::Error, stepwright::TaskError)]
enum Failed {
    #[error("undone: {why}")]
    Undone { why: String },
}

workflow! {
    workflow Orders(order: Order) {
        fail Undone { Failed::Undone { why: order.id }, "a cause" }
    }
}

fn main() {}
