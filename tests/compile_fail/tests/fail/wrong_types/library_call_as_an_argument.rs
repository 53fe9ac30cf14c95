use stepwright::functions;
use stepwright::prelude::*;
use stepwright_compile_fail::*;

#[task]
async fn send(text: String, count: i64) -> Charge;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Send {
            let sent = send(order.id, functions::now());
            end sent;
        }
    }
}

fn main() {}
