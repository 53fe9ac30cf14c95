use stepwright::function::*;

#[task]
async fn echo(n: i64) -> i64;

#[workflow]
async fn sum(n: i64) -> i64 {
    let mut total = n;
    total + {
        total = echo(n).await;
        total
    }
}

fn main() {}
