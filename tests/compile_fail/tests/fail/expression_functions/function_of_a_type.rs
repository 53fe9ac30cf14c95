use stepwright::function::*;

struct Shop;

impl Shop {
    #[expression]
    fn charge(amount: f64) -> f64 {
        amount
    }
}

fn main() {}
