use stepwright::function::*;
use stepwright_compile_fail::*;

struct Shop;

impl Shop {
    #[fragment]
    async fn pay(&self, order: Order) -> Charge {
        Charge { id: order.id }
    }
}

fn main() {}
