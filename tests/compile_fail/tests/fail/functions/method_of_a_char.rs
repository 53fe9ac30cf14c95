use stepwright::function::*;

#[workflow]
async fn larger(letter: char) -> char {
    letter.max('a')
}

fn main() {}
