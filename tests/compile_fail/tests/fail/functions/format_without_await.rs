use stepwright::function::*;
use stepwright_compile_fail::*;

#[task]
async fn rate(id: String) -> f64 {
    id.len() as f64
}

#[workflow]
async fn orders(order: Order) -> String {
    format!("{} of {}", rate(order.id), order.total)
}

fn main() {}
