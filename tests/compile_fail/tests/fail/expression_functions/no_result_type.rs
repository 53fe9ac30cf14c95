use stepwright::function::*;

#[expression]
fn nothing(n: i64) {
    n;
}

fn main() {}
