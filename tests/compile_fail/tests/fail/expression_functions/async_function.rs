use stepwright::function::*;

#[expression]
async fn doubled(n: i64) -> i64 {
    n * 2
}

fn main() {}
