//! The procedural macros of Stepwright. Depend on the crate `stepwright`, which has them all under its own name, with examples that run: what they
//! write calls it.
//!
//! | you want | use |
//! |---|---|
//! | to declare a workflow | [`workflow!`] |
//! | a task that workflows call | [`#[task]`](macro@task) |
//! | a type that travels between states | [`derive(Payload)`](macro@Payload) |
//! | an error that workflows catch by its name | [`derive(TaskError)`](macro@TaskError) |
//! | a definition that is a file already | [`asl_file!`] |
//! | an expression of the typed builder | [`expr!`] |
//!
//! The crate has no features. It runs and evaluates nothing: that is `stepwright-runtime`.

// A macro that panics says nothing of where and why.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod asl_file;
mod check;
mod editor;
mod errors;
mod expand;
mod expr;
mod functions;
mod machine;
mod name;
mod payload;
mod root;
mod suggest;
mod syntax;
mod task;
mod task_error;
mod workflow;

use proc_macro::TokenStream;

/// Derives the JSON shape of a type, as serde writes it.
///
/// The type also needs `Serialize`, `Deserialize` and `JsonSchema`. serde's attributes are read; `#[payload(opaque)]` on a
/// field takes its shape from its JSON Schema instead of its type's `Payload`, and `#[payload(redact)]` masks the field's value in what people read:
/// messages, the engine's log, pictures.
#[proc_macro_derive(Payload, attributes(payload, serde))]
pub fn derive_payload(input: TokenStream) -> TokenStream {
    payload::derive(input.into()).into()
}

/// Derives the name and cause under which Step Functions knows an error.
///
/// The type also needs `std::error::Error`. `#[task_error(name = "..")]` on a variant replaces its name, `Enum.Variant`;
/// `#[task_error(skip)]` on a field keeps it from travelling, as `#[source]` and `#[from]` do.
#[proc_macro_derive(TaskError, attributes(task_error))]
pub fn derive_task_error(input: TokenStream) -> TokenStream {
    task_error::derive(input.into()).into()
}

/// Makes an async function a task that workflows call.
///
/// The function stays as it is. Beside it stands a marker of the same name that implements `Task`, and `Handler` where the
/// function has a body; one that ends in `;` is implemented by somebody else.
///
/// | option | what it says |
/// |---|---|
/// | `name = ".."` | the name on the wire, where it is not the function's in PascalCase |
/// | `function_name = ".."`, `lambda_arn`, `activity`, `resource = ".."` | where the task lives |
/// | `context` | the execution's context travels with the input |
/// | `blocking` | the function is a plain `fn` that computes or blocks; a runtime in process runs it on a thread for that |
/// | `spawn` | a runtime in process runs it in an async task of its own, beside the other tasks of its execution |
/// | `crate = name` | the dependency `stepwright` has another name here |
#[proc_macro_attribute]
pub fn task(arguments: TokenStream, item: TokenStream) -> TokenStream {
    task::attribute(arguments.into(), item.into()).into()
}

/// An expression of the typed builder, with typed parameters.
///
/// ```ignore
/// let large = expr!(|order: Order| order.total > 1_000.0 && !order.customer.vip);
/// ```
///
/// rustc checks it on the real types, and it becomes the tree that `workflow!` makes of its own expressions: an
/// `Expression<Order, bool>`. Several parameters take a tuple apart. `_` does not name its parameter, `-> T` gives the
/// result's type. Any other name is a Rust value; its JSON is taken where the `expr!` stands.
#[proc_macro]
pub fn expr(input: TokenStream) -> TokenStream {
    expr::expr(input.into()).into()
}

/// Declares a workflow.
///
/// Its states, where they go and what they compute; the whole language is in `docs/language.md`.
///
/// ```ignore
/// workflow! {
///     /// Validates and charges an order.
///     pub workflow OrderProcessing(order: Order) -> Receipt {
///         task Charge {
///             let payment = charge_card(order);
///             retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3);
///             catch PaymentError::Declined { reason } => Reject;
///             next Done;
///         }
///         succeed Done { Receipt { payment } }
///         fail Reject { "OrderRejected", reason }
///     }
/// }
/// ```
///
/// The macro makes `struct OrderProcessing` with `impl Workflow` and `OrderProcessing::definition()`, the ASL. What it
/// cannot know, rustc checks on the real types; every mistake is reported in one compile, at the token that it is about.
#[proc_macro]
pub fn workflow(input: TokenStream) -> TokenStream {
    workflow::workflow(input.into()).into()
}

/// A definition that stands in a file, for gradual adoption.
///
/// The file is validated while the crate compiles: each error of `stepwright validate` is a compile error with its line and
/// column. Its path starts at the folder of Cargo.toml. Task states are bound to task functions by their names; those that
/// are not bound are answered by a mock or a handler of the engine.
///
/// ```ignore
/// asl_file! {
///     /// The refund machine, as it is deployed.
///     pub workflow Refund(request: Request) -> Receipt = "asl/refund.asl.json" {
///         ReturnMoney => return_money;
///         "Tell the customer" => tell_customer;
///         Archive => workflow Archiving;
///     }
/// }
/// ```
///
/// With the file's name alone it is an expression, the `Definition`: `asl_file!("asl/refund.asl.json")`.
#[proc_macro]
pub fn asl_file(input: TokenStream) -> TokenStream {
    asl_file::asl_file(input.into()).into()
}
