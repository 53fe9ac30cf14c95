use stepwright::function::*;

#[expression]
fn doubled(mut n: i64) -> i64 {
    n *= 2;
    n
}

fn main() {}
