use stepwright::prelude::*;

#[task(queue)]
async fn unknown_option() {}

#[task(activity, lambda_arn)]
async fn two_places() {}

#[task(name = "charge card")]
async fn bad_name() {}

#[task]
struct NotAFunction;

fn main() {}
