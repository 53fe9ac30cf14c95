use stepwright::function::*;

#[expression]
fn doubled(n: i64) -> i64 {
    println!("{n}");
    n * 2
}

fn main() {}
