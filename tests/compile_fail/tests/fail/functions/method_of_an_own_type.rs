use stepwright::function::*;
use stepwright_compile_fail::*;

trait Doubled {
    fn doubled(&self) -> f64;
}

impl Doubled for Order {
    fn doubled(&self) -> f64 {
        self.total * 2.0
    }
}

#[workflow]
async fn orders(order: Order) -> Charge {
    let doubled = order.doubled();
    Charge { id: format!("{doubled}") }
}

fn main() {}
