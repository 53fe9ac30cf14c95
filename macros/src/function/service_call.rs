//! Calls of services: `service(sqs::send_message(..))`.

use super::call::with_task_token;
use super::graph::Node;
use super::naming::state_name::StateName;
use super::source::scan::{bare, by_value, called};
use super::translator::{Exits, Translator};
use crate::machine::{Call, Callee, StateWork, own_name, request_argument};
use crate::name::pascal;
use crate::name::text;
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitStr, Path, parse_quote, parse_quote_spanned};

impl Translator<'_> {
    /// `service(sqs::send_message(&url, &order).delay_seconds(5))`
    pub(super) fn service(&mut self, request: &Expr, mut exits: Exits) -> Option<usize> {
        let mut request = request.clone();
        let mut arguments = Vec::new();
        let mut waits = None;
        for argument in request_arguments(&mut request) {
            let number = arguments.len();
            let name = request_argument(number);
            let written = std::mem::replace(argument, parse_quote!(#name));
            let (value, after) = self.hoisted(&written, exits);
            exits = after;
            let value: Expr = match placeholder_name(&value) {
                Some(name) => parse_quote_spanned!(value.span()=> placeholder!(#name)),
                None => {
                    let value = with_task_token(by_value(&value), &mut waits);
                    self.names.resolved(&value).0
                }
            };
            arguments.push(value.into());
        }
        if exits.is_empty() {
            return None;
        }
        let function = request_function(&request)?;
        let derived = pascal(&own_name(function).map(text).unwrap_or_default());
        let name = self.state_name(StateName::of_call(derived, function.span()));
        let request = Box::new(request);
        let call = Call::new(waits, Callee::Request { request, arguments });
        let node = Node::new(StateWork::Task(Some(call)), name);
        Some(self.graph.add(node, &exits))
    }
}

/// The arguments of a request and of its methods, in the order of the source. The first argument of
/// `with` is a name.
pub(super) fn request_arguments(request: &mut Expr) -> Vec<&mut Expr> {
    match request {
        Expr::Paren(inner) => request_arguments(&mut inner.expr),
        Expr::MethodCall(call) => {
            let skipped = usize::from(call.method == "with");
            let mut arguments = request_arguments(&mut call.receiver);
            arguments.extend(call.args.iter_mut().skip(skipped));
            arguments
        }
        Expr::Call(call) => call.args.iter_mut().collect(),
        _ => Vec::new(),
    }
}

/// The function that creates a request.
fn request_function(request: &Expr) -> Option<&Path> {
    match request {
        Expr::Paren(inner) => request_function(&inner.expr),
        Expr::MethodCall(call) => request_function(&call.receiver),
        Expr::Call(call) => called(call),
        _ => None,
    }
}

/// The name in `placeholder("Name")`.
pub(super) fn placeholder_name(value: &Expr) -> Option<LitStr> {
    let Expr::Call(call) = bare(value) else {
        return None;
    };
    let is_placeholder = called(call)
        .and_then(own_name)
        .is_some_and(|name| name == "placeholder");
    match call.args.first() {
        Some(Expr::Lit(literal)) if is_placeholder => match &literal.lit {
            Lit::Str(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}
