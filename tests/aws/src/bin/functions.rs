//! A program with many tasks, as a Lambda function. `STEPWRIGHT_TASK` selects one.

use stepwright_aws::lambda::{Error, Tasks};
use stepwright_aws_tests::orders::{
    Counter, LambdaOrders, count_calls, double, fall_over, same_numbers, tell_caller,
};

#[tokio::main]
async fn main() -> Result<(), Error> {
    Tasks::new()
        .state(Counter::default())
        .workflow::<LambdaOrders>()
        .task::<count_calls>()
        .task::<double>()
        .task::<fall_over>()
        .task::<tell_caller>()
        .task::<same_numbers>()
        .run()
        .await
}
