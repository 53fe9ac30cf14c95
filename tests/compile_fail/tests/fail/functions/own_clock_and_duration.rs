use stepwright::function::*;
use stepwright_compile_fail::*;

struct Duration;

impl Duration {
    fn days(count: i64) -> i64 {
        count * 3
    }
}

fn hours(count: u64) -> std::time::Duration {
    std::time::Duration::from_secs(count)
}

#[workflow]
async fn orders(order: Order) -> bool {
    Duration::days(2) > 5 && hours(3) > secs(order.items.len() as u64)
}

fn main() {}
