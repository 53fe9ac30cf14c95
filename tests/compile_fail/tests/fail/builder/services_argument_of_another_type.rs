//! A queue's URL is a text, a delay a number.

use stepwright::expr;
use stepwright::services::sqs;

fn main() {
    let _ = sqs::send_message(7, expr!(|order: u32| order));
    let _ = sqs::send_message("url", expr!(|order: u32| order)).delay_seconds("soon");
}
