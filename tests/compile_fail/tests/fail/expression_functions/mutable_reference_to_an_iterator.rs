use stepwright::function::*;

#[expression]
fn rest(list: &[i64]) -> usize {
    let mut items = list.iter();
    let first = (&mut items).take(2).count();
    first * 10 + items.count()
}

fn main() {}
