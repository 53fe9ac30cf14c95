use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> rust_decimal::Decimal {
    let quantity = order.items[0].quantity;
    rust_decimal::Decimal::from(quantity)
}

fn main() {}
