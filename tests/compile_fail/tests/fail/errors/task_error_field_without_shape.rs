use stepwright::prelude::*;

#[derive(Debug)]
struct Trace;

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("declined")]
    Declined { trace: Trace },
}

fn main() {}
