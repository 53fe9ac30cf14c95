use stepwright::prelude::*;
use stepwright_compile_fail::*;

#[task]
async fn send(text: String, count: i64) -> Charge;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Send {
            let sent = send(None, 1);
            end sent;
        }
    }
}

fn main() {}
