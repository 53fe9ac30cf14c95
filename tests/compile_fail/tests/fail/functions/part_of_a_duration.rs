use std::time::Duration;
use stepwright::function::*;

#[workflow]
pub async fn waits(n: u64) -> bool {
    Duration::from_secs(n) / 2 > Duration::from_secs(1)
}

fn main() {}
