use stepwright::prelude::*;

#[task]
fn charge_card(amount: f64) -> String {
    amount.to_string()
}

fn main() {}
