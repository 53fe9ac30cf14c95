//! A worker of an activity that runs until SIGTERM: `worker URL ARN`.

use std::time::Duration;

use stepwright::task;
use stepwright_aws::sfn::ActivityWorker;
use stepwright_aws_tests::orders::Order;
use stepwright_aws_tests::step_functions::client;

/// Sleeps for the order's total in milliseconds.
#[task(activity)]
async fn pack(order: Order) -> String {
    tokio::time::sleep(Duration::from_secs_f64(order.total / 1_000.0)).await;
    format!("packed {}", order.order_id)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [url, arn] = arguments.as_slice() else {
        return Err("usage: worker URL ARN".into());
    };
    let worker = ActivityWorker::new(&client(url)).activity::<pack>(arn);
    worker.grace(Duration::from_secs(5)).run().await?;
    println!("drained");
    Ok(())
}
