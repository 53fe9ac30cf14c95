//! The ends of a body: results, errors, `panic!` and `assert!`.

use super::graph::Node;
use super::naming::state_name::{StateName, condition_words, subject, word};
use super::source::scan::{
    Assertion, MacroKind, bare, by_value, called, control_flow_in, default_panic_text, may_panic,
    needs_states, printed_arguments, single_name,
};
use super::translator::{Dest, Exits, Translator};
use crate::functions::is_type;
use crate::machine::{Fail, LetBinding, Raised, StateWork, is_of_prelude, own_name};
use crate::name::text;
use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Macro, Stmt, parse_quote, parse_quote_spanned};

impl Translator<'_> {
    /// `Ok(value)` or `Err(error)` at the end of the body.
    pub(super) fn result(&mut self, call: &ExprCall, exits: Exits) -> Exits {
        let is_ok = called(call).is_some_and(|path| is_of_prelude(path, "Ok"));
        let Some(value) = call.args.first() else {
            return exits;
        };
        if is_ok {
            return match bare(value) {
                // The value of a call, an `if` or a `match`.
                inner
                    if needs_states(inner)
                        && !matches!(
                            inner,
                            Expr::Struct(_) | Expr::Call(_) | Expr::Tuple(_) | Expr::Macro(_)
                        ) =>
                {
                    let name = format_ident!("result", span = inner.span());
                    let bound = self.names.bind(&name, self.body);
                    let target = LetBinding {
                        ty: self.body_type().cloned(),
                        ..LetBinding::one(bound.clone())
                    };
                    let state = self.name.take();
                    let exits = self.expr(inner, exits, &Dest::Assign(Box::new(target)));
                    if exits.is_empty() {
                        return exits;
                    }
                    self.name = state;
                    self.give(parse_quote!(#bound), value.span(), exits)
                }
                _ => self.value(value, exits, &Dest::Return),
            };
        }
        let (value, exits) = self.hoisted(value, exits);
        if exits.is_empty() {
            return exits;
        }
        let Some((fail, derived)) = self.failure(&value) else {
            return Exits::new();
        };
        if let Some(raised) = &fail.raised {
            self.proofs.raised(&raised.path);
        }
        let details = match bare(&value) {
            Expr::Struct(literal) => literal.fields.iter().map(|one| word(&one.expr)).collect(),
            Expr::Call(call) => call.args.iter().map(word).collect(),
            _ => Vec::new(),
        };
        let derived = StateName::derived(derived, value.span());
        let name = self.state_name(derived.with_details(details));
        if let Some(raised) = &fail.raised {
            self.share_with_equal_failure(raised, &name);
        }
        self.graph
            .add(Node::new(StateWork::Fail(fail), name), &exits);
        Exits::new()
    }

    /// The error of `Err(..)`, and the name of its state.
    pub(super) fn failure(&mut self, value: &Expr) -> Option<(Fail, String)> {
        let value = bare(value);
        let caught = |this: &Self, value: &Expr| match bare(value) {
            Expr::Path(path) => {
                let name = path.path.get_ident()?;
                let found = this.names.find(name)?;
                let state = this.names.failed_state(name)?;
                Some((rethrown(&found.ident), format!("{state}Failed")))
            }
            _ => None,
        };
        if let Expr::MethodCall(call) = value
            && call.method == "into"
        {
            // The conversion keeps the error's name; the plain function proves it.
            return caught(self, &call.receiver).or_else(|| self.failure(&call.receiver));
        }
        if let Some(failure) = caught(self, value) {
            return Some(failure);
        }
        let variant = |path: &syn::Path| own_name(path).is_some_and(|name| is_type(&text(name)));
        let field = |value: &Expr| self.resolved(by_value(value)).into();
        let Some(raised) = Raised::of(value, variant, field) else {
            self.refuse(
                value,
                "the error of a workflow is a variant with its fields, `Err(OrderFailed::Rejected { reason })`, or an error that an arm `Err(e)` \
                 caught: write one of these",
            );
            return None;
        };
        let derived = own_name(&raised.path).map(text).unwrap_or_default();
        let fail = Fail {
            raised: Some(raised),
            ..Fail::default()
        };
        Some((fail, derived))
    }

    /// Two equal failures are one state if the variables that they read may be one.
    fn share_with_equal_failure(&mut self, raised: &Raised, name: &StateName) {
        let Raised { path, fields, .. } = raised;
        let of_path = path.to_token_stream().to_string();
        let mut shared: Vec<(Ident, Ident)> = Vec::new();
        for node in &self.graph.nodes {
            let StateWork::Fail(Fail {
                raised:
                    Some(Raised {
                        path: other,
                        fields: others,
                        ..
                    }),
                ..
            }) = &node.state.kind
            else {
                continue;
            };
            if node.name.text != name.text
                || other.to_token_stream().to_string() != of_path
                || others.len() != fields.len()
            {
                continue;
            }
            let mut pairs = Vec::new();
            let equal = fields
                .iter()
                .zip(others)
                .all(|((member, value), (other, other_value))| {
                    if member != other {
                        return false;
                    }
                    let (value, other_value) = (&value.syn, &other_value.syn);
                    if value.to_token_stream().to_string()
                        == other_value.to_token_stream().to_string()
                    {
                        return true;
                    }
                    // Both are values of one field, so their types are equal.
                    match (single_name(value), single_name(other_value)) {
                        (Some(value), Some(other)) if self.names.may_share(value, other) => {
                            pairs.push((value.clone(), other.clone()));
                            true
                        }
                        _ => false,
                    }
                });
            if equal {
                shared.extend(pairs);
                break;
            }
        }
        for (one, with) in shared {
            self.names.share(&one, &with);
        }
    }

    pub(super) fn macro_call(
        &mut self,
        mac: &Macro,
        span: Span,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
        match MacroKind::of(mac) {
            MacroKind::Log => self.log(mac, exits),
            MacroKind::Panic => {
                self.panic(mac, mac.tokens.clone(), "Panic", span, exits);
                Exits::new()
            }
            MacroKind::Assert => self.assert(mac, span, exits),
            MacroKind::TryJoin => {
                self.refuse(
                    mac,
                    "`try_join!` runs its branches when it is awaited: write `try_join!(..).await`",
                );
                exits
            }
            MacroKind::Value => {
                let value: Expr = parse_quote!(#mac);
                self.value(&value, exits, dest)
            }
        }
    }

    /// `println!` and the like: writes nothing, and computes the arguments that may panic.
    fn log(&mut self, mac: &Macro, mut exits: Exits) -> Exits {
        if let Some((at, what)) = control_flow_in(mac.tokens.clone()) {
            self.errors.at(
                at,
                format!("a workflow leaves out log lines, and {what}: bind its result with `let` before this line"),
            );
            return exits;
        }
        for argument in printed_arguments(mac) {
            if may_panic(&argument)
                && let Stmt::Local(unread) = parse_quote!(let printed = #argument;)
            {
                exits = self.local(&unread, exits);
            }
        }
        exits
    }

    /// `panic!("..")` as a Fail state.
    pub(super) fn panic(
        &mut self,
        mac: &Macro,
        text_tokens: proc_macro2::TokenStream,
        derived: &str,
        span: Span,
        exits: Exits,
    ) {
        if let Ok(first) = syn::parse2::<Expr>(text_tokens.clone())
            && !matches!(first, Expr::Lit(_))
        {
            self.refuse(
                &first,
                "the text of a panic is a template: write `panic!(\"{}\", value)`",
            );
            return;
        }
        let value: Expr = if text_tokens.is_empty() {
            let message = default_panic_text(mac);
            parse_quote_spanned!(span=> #message)
        } else {
            parse_quote_spanned!(span=> format!(#text_tokens))
        };
        let value = self.resolved(&value);
        let first = text_tokens.clone().into_iter().next();
        let details = first.and_then(|first| syn::parse2(first.into()).ok());
        let derived = StateName::derived(derived, span).with_details(details.as_ref().map(word));
        let name = self.state_name(derived);
        let panicked: Expr = parse_quote_spanned!(name.span=> #PANICKED);
        let fail = Fail {
            error: Some(panicked.into()),
            cause: Some(value.into()),
            raised: None,
        };
        self.graph
            .add(Node::new(StateWork::Fail(fail), name), &exits);
    }

    /// `assert!(condition, "..")` as a Choice and a Fail state.
    pub(super) fn assert(&mut self, mac: &Macro, span: Span, exits: Exits) -> Exits {
        let Some(Assertion { condition, text }) = Assertion::of(mac) else {
            return exits;
        };
        let derived = format!("Assert{}", subject(&condition));
        let derived = StateName::derived(derived, span);
        let state = self.state_name(derived.with_details([condition_words(&condition)]));
        let failed = format!("{}Failed", state.text);
        let name = own_name(&mac.path).map(ToString::to_string);
        let condition = self.condition(&condition, &format!("{}!", name.unwrap_or_default()));
        let node = self.graph.add(Node::choice(state), &exits);
        let holds = self.graph.add_rule(node, condition, span);
        let fails = self.graph.add_otherwise(node, span);
        self.panic(mac, text, &failed, span, vec![fails]);
        vec![holds]
    }
}

/// The error of a `panic!` in a function. The plain run has the same name:
/// `stepwright::__::plain::PANICKED`.
const PANICKED: &str = "Stepwright.WorkflowPanicked";

/// The failure with an error that was caught.
fn rethrown(error: &Ident) -> Fail {
    let name: Expr = parse_quote!(#error.error.unwrap_or_default());
    let cause: Expr = parse_quote!(#error.cause.unwrap_or_default());
    Fail {
        error: Some(name.into()),
        cause: Some(cause.into()),
        raised: None,
    }
}
