use stepwright::function::*;

#[expression]
fn first(list: &[i64]) -> i64 {
    let first = list.first()?;
    *first
}

fn main() {}
