use stepwright::prelude::*;
use stepwright_compile_fail::*;

const LIMIT: f64 = 5.0;

#[task]
async fn send(text: String, count: i64) -> Charge;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Send {
            let sent = send(LIMIT);
            end sent;
        }
    }
}

fn main() {}
