use stepwright::function::*;

#[workflow]
pub async fn is_short(text: String) -> bool {
    text.len() < 10
}

fn main() {}
