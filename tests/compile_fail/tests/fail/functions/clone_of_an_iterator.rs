use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> u32 {
    let lines = order.items.iter();
    let more = lines.clone();
    more.map(|line| line.quantity).sum::<u32>()
}

fn main() {}
