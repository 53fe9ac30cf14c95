use stepwright::function::*;

#[expression]
fn first<T: Clone>(list: &[T]) -> Option<T> {
    list.first().cloned()
}

fn main() {}
