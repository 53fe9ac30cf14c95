//! The workflows of `examples/patterns` that use forms which no other file of this folder has.

mod api_orchestration;
mod dynamodb_without_lambda;
mod etl_distributed_map;
mod saga;

use stepwright::builder::{AnyInput, Expression, States};
use stepwright::expr;

/// An argument of a service.
type Argument = Expression<AnyInput, serde_json::Value>;

/// `read!([order] order.id)`: an argument that reads the variable `order`;
/// `read!([] placeholder!("TopicArn"))` reads none.
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
