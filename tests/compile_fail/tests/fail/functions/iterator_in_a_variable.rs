use stepwright::function::*;

#[task]
async fn echo(n: i64) -> i64;

#[workflow]
async fn sum(list: Vec<i64>) -> i64 {
    let mut items = list.iter();
    let mut sum = 0;
    while let Some(item) = items.next() {
        sum += echo(*item).await;
    }
    sum
}

fn main() {}
