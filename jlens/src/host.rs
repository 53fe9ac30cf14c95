//! Functions provided by the host application (see ADR 0006).

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as JsonValue;

use crate::error::Result;
use crate::meter;
use crate::value::{Inspect, OUTER_WRAPPER, TooLarge, Value};

type Implementation =
    dyn Fn(&[Option<JsonValue>], &HostCall<'_>) -> Result<Option<JsonValue>> + Send + Sync;

/// A function implemented by the host application, bound to an expression through
/// [`Bindings::function`](crate::Bindings::function) and called like a built-in.
///
/// Arguments and results cross the boundary as JSON: `None` stands for *undefined*, and a
/// function passed as an argument arrives as `None`, for which [`HostCall::is_function`] is
/// true. An error returned by the function stops the evaluation; its position and token are set
/// to the call site when it has none.
///
/// ```
/// use stepwright_jlens::{Bindings, Expression, HostFunction};
/// use serde_json::json;
///
/// let tax = HostFunction::new(1, |args, call| {
///     let amount = match args.first() {
///         Some(amount) => amount.clone(),
///         None => call.input(),
///     };
///     Ok(amount.and_then(|v| v.as_f64()).map(|amount| json!(amount * 0.25)))
/// });
/// let bindings = Bindings::new().function("tax", tax);
/// // `price.$tax()` takes its amount from the context.
/// let expr = Expression::compile("$tax(200) + price.$tax()").unwrap();
/// let result = expr.evaluate(Some(&json!({"price": 8})), &bindings).unwrap();
/// assert_eq!(result, Some(json!(52)));
/// ```
#[derive(Clone)]
pub struct HostFunction {
    imp: Arc<Implementation>,
    arity: usize,
    /// Whether [`HostCall::input`] gives the context of the call.
    reads_input: bool,
}

impl HostFunction {
    /// A function that declares `arity` parameters.
    ///
    /// The arity plays the part of a JavaScript function's `length`. Higher-order functions use
    /// it to decide which arguments to pass (`$map` passes the index only to functions of two
    /// parameters or more), and partial application (`$f(?, 2)`) to know how many parameters
    /// there are. Arguments are passed as given, however many the call has: index them with
    /// `get`.
    pub fn new<F>(arity: usize, imp: F) -> Self
    where
        F: Fn(&[Option<JsonValue>], &HostCall<'_>) -> Result<Option<JsonValue>>
            + Send
            + Sync
            + 'static,
    {
        HostFunction {
            imp: Arc::new(imp),
            arity,
            reads_input: true,
        }
    }

    /// Marks the function as not reading the context of its call: [`HostCall::input`] then
    /// gives `None`.
    pub fn without_input(mut self) -> Self {
        self.reads_input = false;
        self
    }

    /// The number of declared parameters.
    pub(crate) fn arity(&self) -> usize {
        self.arity
    }

    /// Calls the function with evaluated arguments, converting them to JSON and the result back.
    /// The arguments together, and the context value, are limited to `limit` bytes of JSON.
    /// `read_failure` fails once a level of the input could not be read from its source.
    pub(crate) fn call<'a>(
        &self,
        args: &[Value<'a>],
        input: &Value<'a>,
        limit: usize,
        read_failure: impl FnOnce() -> Result<()>,
    ) -> Result<Value<'a>> {
        let too_large = |e: TooLarge| {
            e.error(|| {
                format!(
                    "The arguments of a host function would exceed the size limit of {limit} bytes"
                )
            })
        };
        let mut budget = limit;
        let json = args
            .iter()
            .map(|arg| arg.to_json_spending(&mut budget, 0))
            .collect::<std::result::Result<Vec<Option<JsonValue>>, _>>()
            .map_err(too_large)?;
        meter::charge_bytes(limit - budget)?;
        // Converting the arguments reads them: a part of the input that could not be read is
        // not given to the function.
        read_failure()?;
        let undefined = Value::Undefined;
        let input = match input {
            _ if !self.reads_input => &undefined,
            // The input array, wrapped so that it counts as a single context value.
            Value::Array(a) if a.has(OUTER_WRAPPER) && a.len() == 1 => &a.items()[0],
            v => v,
        };
        let call = HostCall {
            input,
            limit,
            too_large: Cell::new(None),
            is_function: &|index| args.get(index).is_some_and(Value::is_function),
        };
        let result = (self.imp)(&json, &call);
        if let Some(e) = call.too_large.get() {
            return Err(too_large(e));
        }
        let result = result?.as_ref().map_or(Value::Undefined, Value::from_json);
        meter::check()?;
        Ok(result)
    }
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunction")
            .field("arity", &self.arity)
            .field("reads_input", &self.reads_input)
            .finish_non_exhaustive()
    }
}

/// The context of a call to a [`HostFunction`].
pub struct HostCall<'a> {
    input: &'a dyn Inspect,
    limit: usize,
    /// Set when the context value was too large to convert; the call then fails with `U1001`.
    too_large: Cell<Option<TooLarge>>,
    is_function: &'a dyn Fn(usize) -> bool,
}

impl HostCall<'_> {
    /// The context value of the call: the input of the function call expression, such as the
    /// current item in `items.$f()`. `None` when it is undefined, and for a function marked
    /// [`without_input`](HostFunction::without_input).
    ///
    /// The value is converted to JSON when this method is called, so a function that does not
    /// need it does not pay for converting it. A value larger than the size limit of a result
    /// (`Options::max_result_size`), or nested more than 1,000 levels deep, is `None`, and the
    /// evaluation then fails with `U1001`, whatever the function returns.
    pub fn input(&self) -> Option<JsonValue> {
        self.input.to_json_within(self.limit).unwrap_or_else(|e| {
            self.too_large.set(Some(e));
            None
        })
    }

    /// Whether argument `index` is a function: a lambda, a built-in function, a partial
    /// application, a chain or a host function. The host function receives `None` for it.
    pub fn is_function(&self, index: usize) -> bool {
        (self.is_function)(index)
    }
}
