use stepwright::function::*;
use stepwright_compile_fail::*;

trait Shop {
    #[workflow]
    async fn orders(order: Order) -> Charge;
}

fn main() {}
