use stepwright::prelude::*;

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("timeout")]
    #[task_error(name = "States.Timeout")]
    Timeout,
    #[error("declined")]
    #[task_error(named = "Declined")]
    Declined,
    #[error("empty")]
    #[task_error(name = "")]
    Empty,
}

fn main() {}
