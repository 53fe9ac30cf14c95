use stepwright::function::*;

#[expression]
fn last(list: &mut Vec<i64>) -> Option<i64> {
    list.last().copied()
}

fn main() {}
