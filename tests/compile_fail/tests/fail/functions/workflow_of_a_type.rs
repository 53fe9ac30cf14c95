use stepwright::function::*;

struct Shop;

impl Shop {
    #[workflow]
    async fn charge(amount: f64) -> f64 {
        amount
    }
}

fn main() {}
