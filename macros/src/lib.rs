//! The procedural macros of Stepwright. Depend on the crate `stepwright`, which exports all of
//! them, with examples that run: the expanded code needs that crate.
//!
//! | to | use |
//! |---|---|
//! | declare a workflow | [`workflow!`] |
//! | declare a task that workflows call | [`#[task]`](macro@task) |
//! | declare a function that expressions call | [`#[expression]`](macro@expression) |
//! | declare states that several function workflows have | [`#[fragment]`](macro@fragment) |
//! | declare a type that states pass on | [`derive(Payload)`](macro@Payload) |
//! | declare an error that workflows catch by its name | [`derive(TaskError)`](macro@TaskError) |
//! | use an existing definition file | [`asl_file!`] |
//! | write an expression of the typed builder | [`expr!`] |
//!
//! The feature `diagram` adds the picture of each workflow to its documentation. The crate does not
//! run or evaluate workflows; use `stepwright-runtime` for that.
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl`, and with the feature `diagram` on `stepwright-diagram`. Its
//!   output calls `stepwright`, on which it does not depend.
//! - It sees tokens, and no types. What needs types is code that rustc checks in a block that never
//!   runs.
//! - The data of a workflow flows from `syntax` or `function` through `machine` and `check` to
//!   `expand`, which writes its code.
//! - All errors of a workflow are reported in one compile, each at its token. No input causes a
//!   panic.

// A panic in a macro does not show where and why.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod asl_file;
mod attributes;
mod callable;
mod check;
mod checked_type;
mod editor;
mod error_message;
mod errors;
mod expand;
mod expr;
mod expression_function;
mod function;
mod functions;
mod groups;
mod inference;
mod machine;
mod method;
mod name;
mod payload;
mod root;
mod suggest;
mod syntax;
mod task;
mod task_error;
mod workflow;

use self::groups::with_parentheses;
use proc_macro::TokenStream;

/// Derives the JSON shape of a type, as serde serializes it.
///
/// The type also needs `Serialize`, `Deserialize` and `JsonSchema`. The derive reads serde's
/// attributes. `#[payload(opaque)]` on a field takes its shape from its JSON Schema instead of its
/// type's `Payload`; `#[payload(redact)]` masks the field's value in messages, in the engine's log
/// and in pictures.
#[proc_macro_derive(Payload, attributes(payload, serde))]
pub fn derive_payload(input: TokenStream) -> TokenStream {
    payload::derive(input.into()).into()
}

/// Derives the name and cause of an error in Step Functions.
///
/// The type also needs `std::error::Error`. `#[task_error(name = "..")]` on a variant replaces its
/// name, `Enum.Variant`; `#[task_error(skip)]` on a field excludes it from the cause, as
/// `#[source]` and `#[from]` do.
///
/// A variant `#[task_error(transparent)] Payment(#[from] PaymentError)` has the name and the cause
/// of the error in it, so that a function workflow passes that error on with `?`.
#[proc_macro_derive(TaskError, attributes(task_error))]
pub fn derive_task_error(input: TokenStream) -> TokenStream {
    task_error::derive(input.into()).into()
}

/// Turns an async function into a task that workflows call.
///
/// The function is unchanged. The macro adds a marker with the same name that implements `Task`,
/// and `Handler` if the function has a body. A function that ends in `;` is implemented elsewhere.
///
/// | option | meaning |
/// |---|---|
/// | `name = ".."` | the deployed name; the default is the function's name in PascalCase |
/// | `function_name = ".."`, `lambda_arn`, `activity`, `resource = ".."` | where the task is deployed |
/// | `context` | the execution's context is sent with the input |
/// | `blocking` | the function is a plain `fn` that computes or blocks; an in-process runtime runs it on a blocking thread |
/// | `spawn` | an in-process runtime runs it in a separate async task, concurrently with the other tasks of its execution |
/// | `crate = name` | the name of the dependency `stepwright` in this crate |
#[proc_macro_attribute]
pub fn task(arguments: TokenStream, item: TokenStream) -> TokenStream {
    task::attribute(arguments.into(), with_parentheses(item.into())).into()
}

/// Turns an async function into a workflow.
///
/// The function remains a function that tests can call, and its control flow becomes the states of
/// the workflow: an awaited task is a Task state, `if` and `match` are Choice states, `try_join!`
/// is a Parallel state. `docs/reference/function.md` has the table. It is exported as
/// `stepwright::function::workflow`.
///
/// | option | meaning |
/// |---|---|
/// | `name = ".."` | the workflow's name; the default is the function's name in PascalCase |
/// | `timeout = days(7)` | `TimeoutSeconds` |
/// | `express` | an Express workflow |
/// | `lambda_retries` | each Lambda task gets a last Retrier for Lambda's transient errors |
/// | `overflow_checks` | a state fails where a result of `+`, `-`, `*` or `/` is outside of its integer type |
/// | `deploy = activity` | where tasks are deployed whose `#[task]` does not say it |
/// | `deny(..)`, `allow(..)` | lints |
/// | `crate = name` | the name of the dependency `stepwright` in this crate |
#[proc_macro_attribute]
pub fn function(arguments: TokenStream, item: TokenStream) -> TokenStream {
    function::workflow(arguments.into(), with_parentheses(item.into())).into()
}

/// Turns an async function into states of the functions that call it.
///
/// `bureau(name, order).await` in a function with `#[workflow]` or `#[fragment]` is a copy of the
/// states of `bureau`, whose names begin with the name of the call: `Bureau.FetchReport`. In
/// `workflow!`, an `include` of the function's name adds them. It is exported as
/// `stepwright::function::fragment`.
///
/// | option | meaning |
/// |---|---|
/// | `deny(..)`, `allow(..)` | sets a lint |
/// | `crate = name` | the name of the dependency `stepwright` in this crate |
#[proc_macro_attribute]
pub fn fragment(arguments: TokenStream, item: TokenStream) -> TokenStream {
    function::fragment(arguments.into(), with_parentheses(item.into())).into()
}

/// Makes a plain function usable in the expressions of workflows.
///
/// ```ignore
/// #[expression]
/// fn total(order: &Order) -> i64 {
///     order.items.iter().map(|item| item.price * item.quantity).sum()
/// }
/// ```
///
/// The function is unchanged. Where a workflow calls it, the ASL contains its body, with the
/// arguments as values of its parameters. So the body is an expression of the language.
/// `crate = name` is the name of the dependency `stepwright` in this crate.
#[proc_macro_attribute]
pub fn expression(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expression_function::attribute(arguments.into(), with_parentheses(item.into())).into()
}

/// Creates an expression of the typed builder, with typed parameters.
///
/// ```ignore
/// let large = expr!(|order: Order| order.total > 1_000.0 && !order.customer.vip);
/// ```
///
/// rustc checks it on the real types. It becomes the same tree as an expression of `workflow!`: an
/// `Expression<Order, bool>`. Several parameters destructure a tuple. `_` is a parameter without a
/// name; `-> T` sets the result's type. Any other name is a Rust value, which is serialized when
/// the `expr!` is evaluated.
#[proc_macro]
pub fn expr(input: TokenStream) -> TokenStream {
    expr::expr(with_parentheses(input.into())).into()
}

/// Declares a workflow.
///
/// It contains the states, their transitions and their expressions; `docs/reference/language.md`
/// describes the whole language.
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
/// The macro declares `struct OrderProcessing` with `impl Workflow` and
/// `OrderProcessing::definition()`, the ASL. The macro cannot see types; rustc checks these. Every
/// error is reported in one compile, at the token that causes it.
#[proc_macro]
pub fn workflow(input: TokenStream) -> TokenStream {
    workflow::workflow(with_parentheses(input.into())).into()
}

/// Uses a definition in a file, for gradual adoption.
///
/// The file is validated while the crate compiles: each error of `stepwright validate` is a compile
/// error with its line and column. Its path is relative to the folder of Cargo.toml. Task states
/// are bound to task functions by their names. For a state that is not bound, use a mock or a
/// handler of the engine.
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
/// With only the file's name it is an expression, the `Definition`:
/// `asl_file!("asl/refund.asl.json")`.
#[proc_macro]
pub fn asl_file(input: TokenStream) -> TokenStream {
    asl_file::asl_file(input.into()).into()
}
