use stepwright::function::*;
use stepwright_compile_fail::*;

struct Shop;

impl Shop {
    #[workflow]
    async fn orders(&self, order: Order) -> Charge {
        Charge { id: order.id }
    }
}

fn main() {}
