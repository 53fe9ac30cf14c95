use stepwright::function::*;

struct Own;

#[expression]
fn doubled(_own: &Own, n: f64) -> f64 {
    n * 2.0
}

fn main() {}
