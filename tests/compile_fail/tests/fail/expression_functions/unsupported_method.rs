use stepwright::function::*;

#[expression]
fn shouted(text: &str) -> String {
    text.repeat(3)
}

fn main() {}
