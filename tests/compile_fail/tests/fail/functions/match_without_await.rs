use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> String {
    match charge_card(order) {
        Ok(charge) => charge.id,
        Err(_) => "declined".to_owned(),
    }
}

fn main() {}
