use stepwright::function::*;

#[expression]
fn first(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next()
}

fn main() {}
