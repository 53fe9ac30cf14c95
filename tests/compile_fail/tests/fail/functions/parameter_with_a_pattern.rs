use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(Item { sku: id, .. }: Item) -> Charge {
    Charge { id }
}

fn main() {}
