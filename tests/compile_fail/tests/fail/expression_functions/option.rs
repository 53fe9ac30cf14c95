use stepwright::function::*;

#[expression(inline)]
fn doubled(n: f64) -> f64 {
    n * 2.0
}

fn main() {}
