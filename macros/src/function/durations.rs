//! `sleep`, and the durations of waits, timeouts and retries.

use super::graph::Node;
use super::naming::state_name::{StateName, word};
use super::source::scan::{bare, by_value, called};
use super::translator::{Exits, Translator};
use crate::machine::{Amount, StateWork, Wait, own_name};
use crate::name::pascal;
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Lit, parse_quote_spanned};

impl Translator<'_> {
    pub(super) fn sleep(&mut self, name: &str, call: &ExprCall, exits: Exits) -> usize {
        let (argument, exits) = self.hoisted(&call.args[0], exits);
        let span = call.func.span();
        let wait = if name == "sleep" {
            let keyword = Ident::new("seconds", span);
            if unit_of(&argument).is_none() {
                self.refuse(
                    &argument,
                    "`sleep` waits for a number of whole seconds: write `sleep(secs(n))`, with `secs`, `mins`, `hours` or `days`; a task needs another name than `sleep`",
                );
            }
            Wait::Seconds(keyword, self.amount_of(&argument))
        } else {
            let keyword = Ident::new("timestamp", span);
            Wait::Timestamp(keyword, self.resolved(by_value(&argument)).into())
        };
        let derived = StateName::derived(pascal(name), span);
        let state = self.state_name(derived.with_details([word(&call.args[0])]));
        self.graph
            .add(Node::new(StateWork::Wait(Some(wait)), state), &exits)
    }

    /// Seconds: `secs(5)`, `mins(n)`, `Duration::from_secs(n)`.
    pub(super) fn duration(&mut self, value: &Expr) -> Amount {
        if unit_of(value).is_none() {
            self.refuse(
                value,
                "a duration is a number of whole seconds: write `secs(n)`, `mins(n)`, `hours(n)` or `days(n)`",
            );
        }
        self.amount_of(value)
    }

    /// The seconds of a duration; 1 of another expression, which has been refused.
    fn amount_of(&mut self, value: &Expr) -> Amount {
        let Some((unit, count)) = unit_of(value) else {
            return Amount::Seconds(1, value.span());
        };
        if let Expr::Call(call) = bare(value)
            && let Some(path) = called(call)
        {
            self.proofs.function(path);
        }
        if let Expr::Lit(literal) = bare(count)
            && let Lit::Int(number) = &literal.lit
        {
            let seconds = number
                .base10_parse::<u64>()
                .ok()
                .and_then(|count| count.checked_mul(unit));
            return match seconds {
                Some(seconds) => Amount::Seconds(seconds, value.span()),
                None => {
                    self.refuse(
                        value,
                        "this duration has more seconds than a `u64`: write a shorter one",
                    );
                    Amount::Seconds(1, value.span())
                }
            };
        }
        let count = self.resolved(by_value(count));
        let seconds = match unit {
            1 => count,
            unit => {
                let unit = proc_macro2::Literal::u64_unsuffixed(unit);
                parse_quote_spanned!(value.span()=> (#count) * #unit)
            }
        };
        Amount::Computed(seconds.into())
    }
}

/// The seconds of a unit, and the count: `(60, n)` of `mins(n)`.
pub(super) fn unit_of(value: &Expr) -> Option<(u64, &Expr)> {
    let Expr::Call(call) = bare(value) else {
        return None;
    };
    let name = called(call).and_then(own_name)?.to_string();
    let unit = match name.as_str() {
        "secs" | "from_secs" => 1,
        "mins" | "from_mins" => 60,
        "hours" | "from_hours" => 60 * 60,
        "days" => 24 * 60 * 60,
        _ => return None,
    };
    Some((unit, call.args.first()?))
}
