use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> String {
    std::thread::sleep(std::time::Duration::from_secs(60));
    order.id
}

fn main() {}
