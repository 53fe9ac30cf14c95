use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> bool {
    let short = std::time::Duration::from_micros(5) > secs(order.items.len() as u64);
    let month = chrono::Months::new(1);
    short
}

fn main() {}
