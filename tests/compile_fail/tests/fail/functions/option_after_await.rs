#![allow(unused)]
use stepwright::function::*;

#[derive(Debug, thiserror::Error, TaskError)]
enum PayError {
    #[error("busy")]
    Busy,
}

#[task]
async fn pay(amount: i64) -> Result<i64, PayError>;

#[workflow]
async fn checkout(amount: i64) -> Result<i64, PayError> {
    pay(amount).await.retry(|_| true, every(secs(2)))
}

fn main() {}
