use stepwright::function::*;

struct Shop;

impl Shop {
    #[fragment]
    async fn charge(amount: f64) -> f64 {
        amount
    }
}

fn main() {}
