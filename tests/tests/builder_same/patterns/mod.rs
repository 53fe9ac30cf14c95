//! `examples/patterns`.

mod api_orchestration;
mod dynamodb_without_lambda;
mod ecs_job;
mod etl_distributed_map;
mod fan_out;
mod human_approval;
mod ml_pipeline;
mod nested_workflows;
mod parallel_microservices;
mod polling_loop;
mod saga;
mod try_catch_finally;

use stepwright::builder::{AnyInput, Expression, Retry, States};
use stepwright::expr;

/// An argument of a service.
type Argument = Expression<AnyInput, serde_json::Value>;

/// `read!([order] order.id)`: an argument that reads the variable `order`; `read!([] placeholder!("TopicArn"))` reads none.
macro_rules! read {
    ([$($name:ident),*] $($value:tt)+) => {
        stepwright::expr!([$($name),*] |_: stepwright::builder::AnyInput| $($value)+).untyped()
    };
}
use read;

/// A constant argument.
fn known(value: impl Into<serde_json::Value>) -> Argument {
    let value = value.into();
    expr!(|_: AnyInput| value)
}

fn named<const N: usize>(names: [&'static str; N]) -> States {
    let mut names = names.into_iter().map(States::named);
    let first = names.next().expect("there is one");
    names.fold(first, States::or)
}

fn lambda_once() -> Retry<States> {
    Retry::on(named([
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    ]))
    .interval(1)
    .max_attempts(1)
}
