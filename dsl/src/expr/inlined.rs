//! Functions with `#[expression]`: a call of one is the tree of its body.

use super::Expr;
use super::ShapeOf;
use std::any::TypeId;
use std::cell::RefCell;

/// A function with `#[expression]`, which expressions call.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot compute this call, because the function has no `#[expression]`",
    label = "no value of a workflow",
    note = "a task or a workflow runs in a state: await it in a function, `charge(order).await`; in `workflow!`, call it in a task state before",
    note = "put `#[expression]` on a plain function, so that its body is part of the workflow; or make it a task with `#[task]`, or a group of states with `#[fragment]`"
)]
pub trait ExpressionFunction: 'static {
    /// The type of a call's value: `T`. rustc reports nothing more about the value if the function
    /// has no `#[expression]`.
    type Computed<T>;

    /// The value of a call.
    fn computed<T>(value: T) -> Self::Computed<T>;

    /// The tree of a call with these arguments.
    fn inlined(arguments: Vec<Expr>) -> Expr;
}

/// A function with `#[expression]`, which a `#[workflow]` function calls.
#[diagnostic::on_unimplemented(
    message = "this call has no `.await`, and its function has no `#[expression]`",
    label = "a task is awaited, and a value calls functions with `#[expression]`",
    note = "write `.await` after the call of a task, a workflow or a fragment: `charge(order).await`",
    note = "put `#[expression]` on a plain function, so that its body is part of the workflow; or make it a task with `#[task]`, or a group of states with `#[fragment]`"
)]
pub trait ValueFunction: ExpressionFunction {
    /// The same as in [`ExpressionFunction`].
    type Computed<T>;

    /// The value of a call.
    fn computed<T>(value: T) -> <Self as ValueFunction>::Computed<T>;

    /// The tree of a call with these arguments.
    #[must_use]
    fn inlined(arguments: Vec<Expr>) -> Expr {
        <Self as ExpressionFunction>::inlined(arguments)
    }
}

/// The types that names of functions without `#[expression]` refer to.
pub mod plain_function {
    /// A function without `#[expression]`.
    #[derive(Debug)]
    pub struct PlainFunction;
}

/// The function whose body is inlined.
#[derive(Clone, Copy, Debug)]
pub struct InlinedFunction {
    function: TypeId,
    name: &'static str,
}

impl InlinedFunction {
    /// The function with this type and name.
    #[must_use]
    pub fn of<F: ExpressionFunction>(name: &'static str) -> InlinedFunction {
        InlinedFunction {
            function: TypeId::of::<F>(),
            name,
        }
    }
}

/// The most parts of an inlined body. An expression of this size is above the limits of Step
/// Functions.
const MOST_PARTS: usize = 20_000;

/// Returns the body of a function, in which the parameters are bound to the arguments.
///
/// In the body, the parameters are the locals `"0"`, `"1"`, ... They get names that are no
/// identifiers and differ from those of the functions around it, so that no name of a user shadows
/// them, and they shadow none.
pub fn inlined(
    function: InlinedFunction,
    parameters: Vec<(&'static str, ShapeOf)>,
    arguments: Vec<Expr>,
    body: impl FnOnce() -> Expr,
) -> Expr {
    thread_local! {
        /// The functions whose bodies are being created, outermost first.
        static AROUND: RefCell<Vec<InlinedFunction>> = const { RefCell::new(Vec::new()) };
    }
    let depth = AROUND.with_borrow(|around| {
        let first = around
            .iter()
            .position(|one| one.function == function.function);
        match first {
            None => Ok(around.len()),
            Some(first) => Err(around[first..]
                .iter()
                .map(|one| format!("`{}`", one.name))
                .collect::<Vec<_>>()),
        }
    });
    let name = function.name;
    let depth = match depth {
        Ok(depth) => depth,
        Err(cycle) => {
            return Expr::refused(format!(
                "`{name}` calls itself through {}, and bodies of functions with `#[expression]` are inlined: make one of them a task",
                cycle.join(", ")
            ));
        }
    };
    AROUND.with_borrow_mut(|around| around.push(function));
    let body = body();
    AROUND.with_borrow_mut(Vec::pop);
    let mut parts = 0_usize;
    body.walk(&mut |_| parts += 1);
    if parts > MOST_PARTS {
        return Expr::refused(format!(
            "`{name}` makes an expression of {parts} parts, because it inlines other functions many times, and {MOST_PARTS} are allowed: bind a value in \
             a state before, or make it a task"
        ));
    }
    let marks = "'".repeat(depth + 2);
    let local = |index: usize| {
        let (parameter, _) = parameters.get(index)?;
        Some(format!("{parameter}{marks}"))
    };
    let body = body.with_locals(&|name| Some(Expr::local(local(name.parse().ok()?)?)));
    let bindings: Vec<(String, Expr)> = arguments
        .into_iter()
        .zip(&parameters)
        .enumerate()
        .filter_map(|(index, (argument, (_, shape)))| Some((local(index)?, argument.typed(*shape))))
        .collect();
    if bindings.is_empty() {
        return body;
    }
    Expr::let_in(bindings, body)
}
