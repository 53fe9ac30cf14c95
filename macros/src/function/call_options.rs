//! The options of a call: its name, its timeouts and its retries.

use super::source::call_chain::CallChain;
use super::source::scan::{bare, called};
use super::translator::Translator;
use crate::machine::{
    Amount, ErrorPattern, Matches, Retry, Setting, SettingValue, StateWork, own_name,
};
use proc_macro2::{Ident, Span};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitStr, Pat, Path, parse_quote_spanned};

impl Translator<'_> {
    pub(super) fn options(&mut self, node: usize, chain: &CallChain<'_>) {
        let state = &self.graph.nodes[node].state;
        let is_task = state.task().is_some();
        let is_map = matches!(state.kind, StateWork::Map(_));
        // A plain run cannot repeat the body of a Map or the branches of a Parallel state.
        let is_retried = matches!(state.kind, StateWork::Task(_));
        let is_distributed = state.children().is_some();
        let mut seen = Vec::new();
        let written = chain.options.iter().filter(|(name, _)| **name != "named");
        let written = written.map(|(name, arguments)| quote!(.#name(#arguments)).to_string());
        self.graph.nodes[node].options_text = written.collect();
        for (option, arguments) in &chain.options {
            let name = option.to_string();
            let fits = match name.as_str() {
                "named" => true,
                "retry" => is_retried,
                "timeout" | "heartbeat" => is_task,
                "concurrency" => is_map,
                _ => is_distributed,
            };
            if !fits {
                self.refuse(option, unfit_option(&name));
                continue;
            }
            if name != "retry" && seen.contains(&name) {
                self.refuse(
                    option,
                    format!("`{name}` is given twice: remove one of them"),
                );
                continue;
            }
            seen.push(name.clone());
            match (name.as_str(), arguments.first(), arguments.get(1)) {
                ("timeout" | "heartbeat", Some(value), None) => {
                    let amount = Some(((*option).clone(), self.duration(value)));
                    let options = &mut self.graph.nodes[node].state.options;
                    if name == "timeout" {
                        options.timeout = amount;
                    } else {
                        options.heartbeat = amount;
                    }
                }
                ("retry", Some(when), Some(policy)) => {
                    if let Some(retry) = self.retry(when, policy, option.span()) {
                        self.graph.nodes[node].state.options.retries.push(retry);
                    }
                }
                ("retry", ..) => self.refuse(
                    option,
                    "`retry` takes the errors and a policy: `.retry(|e| matches!(e, PaymentError::Busy), every(secs(2)).times(3))`",
                ),
                _ => {}
            }
        }
    }

    /// `.retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2)).times(3))`
    pub(super) fn retry(&mut self, when: &Expr, policy: &Expr, span: Span) -> Option<Retry> {
        let errors = self.retried_errors(when, span)?;
        let mut settings = Vec::new();
        let mut value = bare(policy);
        loop {
            match value {
                Expr::MethodCall(call) => {
                    let argument = call.args.first();
                    let setting = match (call.method.to_string().as_str(), argument) {
                        ("times", Some(count)) => whole(count).map(|value| ("max_attempts", value)),
                        ("backoff", Some(rate)) => {
                            literal(rate).map(|value| ("backoff_rate", value))
                        }
                        ("max_delay", Some(delay)) => match self.duration(delay) {
                            Amount::Seconds(seconds, span) => {
                                Some(("max_delay", SettingValue::Whole(seconds, span)))
                            }
                            Amount::Computed(_) => None,
                        },
                        ("jitter", None) => Some((
                            "jitter",
                            SettingValue::Word(format_ident!("full", span = call.method.span())),
                        )),
                        _ => None,
                    };
                    match setting {
                        Some((name, value)) => settings.push(Setting {
                            name: Ident::new(name, call.method.span()),
                            value,
                        }),
                        None => {
                            match argument {
                                Some(argument) => self.refuse(argument, NOT_A_POLICY),
                                None => self.refuse(&call.method, NOT_A_POLICY),
                            }
                            return None;
                        }
                    }
                    value = bare(&call.receiver);
                }
                Expr::Call(call)
                    if called(call)
                        .and_then(own_name)
                        .is_some_and(|name| name == "every")
                        && call.args.len() == 1 =>
                {
                    match self.duration(&call.args[0]) {
                        Amount::Seconds(seconds, span) => settings.push(Setting {
                            name: Ident::new("interval", call.func.span()),
                            value: SettingValue::Whole(seconds, span),
                        }),
                        Amount::Computed(_) => {
                            self.refuse(&call.args[0], NOT_A_POLICY);
                            return None;
                        }
                    }
                    break;
                }
                other => {
                    self.refuse(other, NOT_A_POLICY);
                    return None;
                }
            }
        }
        settings.reverse();
        Some(Retry { errors, settings })
    }

    pub(super) fn retried_errors(&mut self, when: &Expr, span: Span) -> Option<Vec<ErrorPattern>> {
        const FORM: &str = "the first argument of `retry` selects errors by their variants: write `|e| matches!(e, PaymentError::Busy)`, \
             or `|_| true` for every error";
        let Expr::Closure(closure) = bare(when) else {
            self.refuse(when, FORM);
            return None;
        };
        match bare(&closure.body) {
            Expr::Lit(literal) if matches!(&literal.lit, Lit::Bool(all) if all.value) => {
                Some(vec![predefined("ALL", span)])
            }
            Expr::Macro(one) if one.mac.path.is_ident("matches") => {
                let Ok(Matches {
                    pattern,
                    guard: None,
                    ..
                }) = one.mac.parse_body::<Matches>()
                else {
                    self.refuse(&closure.body, FORM);
                    return None;
                };
                let mut errors = Vec::new();
                for case in crate::machine::cases(&pattern) {
                    match error_pattern(case) {
                        Some(error) => errors.push(error),
                        None => {
                            self.refuse(case, FORM);
                            return None;
                        }
                    }
                }
                Some(errors)
            }
            other => {
                self.refuse(other, FORM);
                None
            }
        }
    }
}

/// The message about an option of another kind of call.
fn unfit_option(name: &str) -> String {
    let (calls, remedy) = match name {
        "timeout" | "heartbeat" => ("tasks and nested workflows", "remove it"),
        "retry" => (
            "tasks, nested workflows, services and fragments",
            "write it on the calls inside, or make them a `#[fragment]`, whose call has a `.retry(..)`",
        ),
        "concurrency" => ("`map` and `map_distributed`", "remove it"),
        _ => (
            "`map_distributed`",
            "use that instead of `map`, or remove the option",
        ),
    };
    format!("`{name}` is an option of {calls}: {remedy}")
}

const NOT_A_POLICY: &str = "a retry policy is constant: write `every(secs(2)).times(3).backoff(2.0)`, with `max_delay(mins(5))` and `jitter()` if you need them";

/// The text of a pattern.
pub(super) fn text_of(pattern: &Pat) -> Option<LitStr> {
    match pattern {
        Pat::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The error of a pattern in `retry`; the patterns of `Failed` are those of `Timeout` and of the
/// task's own error.
fn error_pattern(pattern: &Pat) -> Option<ErrorPattern> {
    let path = match pattern {
        Pat::Path(path) => path.path.clone(),
        Pat::Ident(one) => one.ident.clone().into(),
        Pat::Struct(one) => one.path.clone(),
        Pat::TupleStruct(one) if is_failed(&one.path, "Task") => {
            return one.elems.first().and_then(error_pattern);
        }
        Pat::TupleStruct(one) if is_failed(&one.path, "Service") => {
            return one.elems.first().and_then(text_of).map(ErrorPattern::Text);
        }
        Pat::TupleStruct(one) => one.path.clone(),
        Pat::Paren(inner) => return error_pattern(&inner.pat),
        Pat::Reference(inner) => return error_pattern(&inner.pat),
        _ => return None,
    };
    if is_failed(&path, "Timeout") {
        return Some(predefined("Timeout", path.span()));
    }
    Some(ErrorPattern::Path(path))
}

/// `States::Timeout`
pub(super) fn predefined(name: &str, span: Span) -> ErrorPattern {
    let name = Ident::new(name, span);
    ErrorPattern::Path(parse_quote_spanned!(span=> States::#name))
}

/// Whether a path is a variant of `Failed`.
pub(super) fn is_failed(path: &Path, variant: &str) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == variant)
        && segments
            .next()
            .is_some_and(|before| before.ident == "Failed")
}

/// A number as a setting.
pub(super) fn whole(value: &Expr) -> Option<SettingValue> {
    match bare(value) {
        Expr::Lit(one) => match &one.lit {
            Lit::Int(number) => Some(SettingValue::Whole(
                number.base10_parse().ok()?,
                number.span(),
            )),
            _ => None,
        },
        _ => None,
    }
}

/// A literal as a setting.
pub(super) fn literal(value: &Expr) -> Option<SettingValue> {
    match bare(value) {
        Expr::Lit(one) => Some(SettingValue::Literal(one.lit.clone())),
        _ => None,
    }
}
