//! `retry`, and error names.

use super::FlowWriter;
use crate::check::{failing_tasks, raised_inside, rate};
use crate::machine::{ErrorPattern, Retry, SettingValue, cases, error_path};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Pat;

impl FlowWriter<'_> {
    pub(super) fn retry(&mut self, retry: &Retry) -> TokenStream {
        let names = self.names(&retry.errors);
        let mut tokens = quote!(__s::Retry::on_errors(#names));
        for setting in &retry.settings {
            let name = &setting.name;
            match (name.to_string().as_str(), &setting.value) {
                ("jitter", SettingValue::Word(word)) => {
                    let jitter = if word == "full" {
                        quote!(Full)
                    } else {
                        quote!(None)
                    };
                    quote!(.jitter(__s::Jitter::#jitter)).to_tokens(&mut tokens);
                }
                ("backoff_rate", value) => {
                    let rate = match value {
                        SettingValue::Whole(whole, _) => {
                            Literal::u32_suffixed(u32::try_from(*whole).unwrap_or(u32::MAX))
                        }
                        value => Literal::f64_suffixed(rate(value).unwrap_or(1.0)),
                    };
                    quote!(.backoff_rate(#rate)).to_tokens(&mut tokens);
                }
                (_, SettingValue::Whole(whole, _)) => {
                    let whole = Literal::u32_suffixed(u32::try_from(*whole).unwrap_or(u32::MAX));
                    let name = Ident::new(&name.to_string(), Span::call_site());
                    quote!(.#name(#whole)).to_tokens(&mut tokens);
                }
                _ => {}
            }
        }
        quote!(.retry_any(#tokens))
    }

    /// The names of errors in ASL, as `ErrorNames`.
    pub(super) fn names(&mut self, errors: &[ErrorPattern]) -> TokenStream {
        let names = errors.iter().map(|error| match error {
            ErrorPattern::Every(_) => self.every_name(),
            ErrorPattern::Text(text) => quote!(__s::ErrorNames::of(#text)),
            ErrorPattern::Path(path) | ErrorPattern::Fields(path, _) => match error.predefined() {
                Some(name) => {
                    let name = format!("States.{name}");
                    quote!(__s::ErrorNames::of(#name))
                }
                None => self.terms.error_names(path),
            },
        });
        joined(names.collect())
    }

    /// The names of the errors that the arms of a `catch { .. }` select.
    pub(super) fn arm_names(&mut self, pattern: &Pat) -> TokenStream {
        let names = cases(pattern).into_iter();
        let names = names.map(|case| match error_path(case) {
            Some(path) => self.terms.error_names(&path),
            None => quote!(__s::ErrorNames::of("States.ALL")),
        });
        joined(names.collect())
    }

    /// The names of all errors of a task, or of the tasks and the Fail states inside of a state.
    fn every_name(&self) -> TokenStream {
        if let Some(task) = &self.terms.task {
            return quote!(__s::called_error_names::<(#task)>());
        }
        let tasks = failing_tasks(self.machine, self.state).into_iter();
        let tasks = tasks.map(|task| quote!(__s::called_error_names::<(#task)>()));
        let raised = raised_inside(self.machine, self.state).into_iter();
        let raised = raised.map(|path| quote!(__s::error_names_of(|__error| match __error { #path { .. } => {} _ => {} })));
        joined(tasks.chain(raised).collect())
    }
}

/// The names of several patterns.
fn joined(names: Vec<TokenStream>) -> TokenStream {
    let mut names = names.into_iter();
    match names.next() {
        Some(first) => quote!(#first #(.and(#names))*),
        None => quote!(__s::ErrorNames::default()),
    }
}
