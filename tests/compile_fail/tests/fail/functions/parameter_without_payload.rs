use stepwright::function::*;
use stepwright_compile_fail::*;

struct Shop {
    name: String,
}

#[workflow]
async fn orders(shop: Shop) -> Charge {
    Charge { id: shop.name }
}

fn main() {}
