use stepwright::function::*;

#[workflow]
async fn has_a_large_one(list: Vec<i64>) -> bool {
    let mut items = list.iter();
    items.any(|item| *item > 9)
}

fn main() {}
