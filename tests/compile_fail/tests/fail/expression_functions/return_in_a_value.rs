use stepwright::function::*;

#[expression]
fn limited(n: i64) -> i64 {
    let half = if n > 10 { return 10 } else { n / 2 };
    half + 1
}

fn main() {}
