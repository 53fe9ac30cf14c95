use stepwright::task;

#[task(activity, idempotent)]
async fn pack(order: String) -> String;

fn main() {}
