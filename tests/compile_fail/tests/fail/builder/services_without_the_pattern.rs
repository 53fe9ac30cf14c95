//! `sqs:sendMessage` has no `.sync`, and Step Functions hands no token to `dynamodb:getItem`.

use stepwright::expr;
use stepwright::services::{dynamodb, sqs};

fn main() {
    let _ = sqs::send_message::<u32>("url", "body").sync();
    let key = expr!(|id: u32, token: String| (id, token));
    let _ = dynamodb::get_item("table", key).wait_for_task_token::<bool>();
}
