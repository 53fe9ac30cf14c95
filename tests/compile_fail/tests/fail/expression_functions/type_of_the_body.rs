use stepwright::function::*;

#[expression]
fn doubled(n: f64) -> String {
    let twice = n * 2.0;
    twice
}

fn main() {}
