use stepwright::function::*;
use stepwright_compile_fail::*;

#[task]
async fn rate(id: String) -> f64 {
    id.len() as f64
}

#[workflow]
async fn orders(order: Order) -> f64 {
    let found = rate(order.id);
    if found > 2.0 {
        return found * order.total;
    }
    order.total
}

fn main() {}
