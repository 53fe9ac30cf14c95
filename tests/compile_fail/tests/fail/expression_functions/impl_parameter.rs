use stepwright::function::*;

#[expression]
fn sum(list: impl Iterator<Item = i64>) -> i64 {
    list.sum()
}

fn main() {}
