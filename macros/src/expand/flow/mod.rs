//! The flow tree.

mod call;
mod edge;
mod errors;
mod map;
mod raw;

use super::bind::place;
use super::known::{self, Numbers, known};
use super::place::{at, file};
use super::value::Values;
use crate::check::{Machine, Value};
use crate::name::text;
use crate::syntax::{
    Amount, Callee, Condition, Expression, Kind, State, StateOption, Transition, Wait,
    WorkflowOption,
};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

/// The body of `Workflow::build`.
pub(super) fn flow(machine: &Machine) -> TokenStream {
    let mut writer = Writer::new(machine);
    let head = writer.head();
    let mut states = TokenStream::new();
    for index in &machine.scopes[0].states {
        let state = writer.state(*index);
        let add = writer.add(*index);
        // A statement a state: one chain of a thousand calls is slow to check.
        quote!(__flow = __flow.#add(#state);).to_tokens(&mut states);
    }
    let witnesses = writer.values.witnesses();
    let variables = writer.variables(0);
    let file = file();
    quote! {
        use ::stepwright::__ as __s;
        #file
        #witnesses
        let __known = <Self as __s::Witnessed>::known();
        let mut __flow = #head #variables;
        #states
        __s::Flow::lower(__flow)
    }
}

/// The body of `Fragment::body`.
pub(super) fn fragment(machine: &Machine) -> TokenStream {
    let mut writer = Writer::new(machine);
    let body = writer.states(0);
    let witnesses = writer.values.witnesses();
    let file = file();
    quote! {
        #file
        #witnesses
        let __known = <Self as __s::Witnessed>::known();
        #body
    }
}

struct Writer<'m, 'a> {
    machine: &'m Machine<'a>,
    numbers: Numbers,
    values: Values,
}

impl<'m, 'a> Writer<'m, 'a> {
    fn new(machine: &'m Machine<'a>) -> Self {
        Writer {
            machine,
            numbers: Numbers::of(machine),
            values: Values::default(),
        }
    }
}

impl Writer<'_, '_> {
    /// The method that adds a state to those around it.
    fn add(&self, state: usize) -> Ident {
        let method = if self.is_include(state) {
            "include"
        } else {
            "state"
        };
        Ident::new(method, Span::call_site())
    }

    /// The shapes of a scope's variables.
    fn variables(&self, scope: usize) -> Option<TokenStream> {
        let numbers = self.numbers.variables(scope);
        if numbers.is_empty() {
            return None;
        }
        let names = known::variables(self.machine, scope).map(text);
        let from = Literal::usize_unsuffixed(numbers.start);
        let to = Literal::usize_unsuffixed(numbers.end);
        Some(quote!(.variables(__s::variables(&[#(#names),*], &__known[#from..#to]))))
    }

    fn head(&mut self) -> TokenStream {
        let workflow = self.machine.workflow;
        let name = text(&workflow.name);
        let mut flow = quote!(__s::Flow::new(#name));
        if let Some(docs) = &workflow.docs {
            quote!(.comment(#docs)).to_tokens(&mut flow);
        }
        // Through the workflow, which has said already where such a type is no payload.
        if let Some((name, _)) = &workflow.parameter {
            let name = text(name);
            quote!(.parameter(#name, __s::input_shape::<Self>)).to_tokens(&mut flow);
        }
        if workflow.output.is_some() {
            quote!(.returns(__s::output_shape::<Self>)).to_tokens(&mut flow);
        }
        if let Some(place) = place(self.machine) {
            quote!(.deploy(#place)).to_tokens(&mut flow);
        }
        if self.machine.denies("unhandled_errors") {
            quote!(.deny_unhandled_errors()).to_tokens(&mut flow);
        }
        for option in &workflow.options {
            match option {
                WorkflowOption::Express(_) => quote!(.machine_type(__s::MachineType::Express)),
                WorkflowOption::Timeout(_, amount) => {
                    let amount = self.amount(amount);
                    quote!(.timeout(#amount))
                }
                WorkflowOption::QueryLanguage(_, language) => {
                    let language = query_language(language);
                    quote!(.query_language(#language))
                }
                WorkflowOption::LambdaRetries(_) => quote!(.lambda_retries()),
                WorkflowOption::Raw(_, fields) => raw::fields(fields),
                WorkflowOption::Deploy(..)
                | WorkflowOption::Deny(..)
                | WorkflowOption::Allow(..) => continue,
            }
            .to_tokens(&mut flow);
        }
        flow
    }

    fn state(&mut self, index: usize) -> TokenStream {
        let machine = self.machine;
        let node = &machine.states[index];
        let state = node.state;
        let name = wire_name(state);
        self.values.task = task_path(state).cloned();
        let mut tokens = self.kind(index, &name);
        if !self.is_include(index) {
            at(state.name.span()).to_tokens(&mut tokens);
        }
        if let Some(docs) = &state.docs {
            quote!(.comment(#docs)).to_tokens(&mut tokens);
        }
        for option in &state.options {
            self.option(option).to_tokens(&mut tokens);
        }
        if let Some(language) = self.language_of(state) {
            quote!(.query_language(#language)).to_tokens(&mut tokens);
        }
        for edge in &node.edges {
            self.edge(state, edge).to_tokens(&mut tokens);
        }
        if let Some(transition) = state.transitions.first() {
            self.transition(transition).to_tokens(&mut tokens);
        }
        tokens
    }

    fn kind(&mut self, index: usize, name: &str) -> TokenStream {
        let machine = self.machine;
        let node = &machine.states[index];
        match &node.state.kind {
            Kind::Task(calls) => match calls.first() {
                Some(task) => {
                    let ty = task
                        .binding
                        .as_ref()
                        .and_then(|binding| binding.ty.as_ref());
                    let call = self.call(&task.call, ty);
                    quote!(__s::State::task(#name, #call))
                }
                None => quote!(__s::State::pass(#name)),
            },
            Kind::Pass(_) | Kind::Unknown => quote!(__s::State::pass(#name)),
            Kind::Choice(choice) => {
                let mut tokens = quote!(__s::State::choice(#name));
                for rule in &choice.rules {
                    let edge = self.target(&rule.target);
                    match &rule.condition {
                        Condition::Expression(condition) => {
                            let condition = self.expression(condition);
                            quote!(.when(#condition, #edge))
                        }
                        Condition::Raw(fields) => {
                            let fields = raw::fields(fields);
                            quote!(.when_raw(#edge #fields))
                        }
                    }
                    .to_tokens(&mut tokens);
                }
                for one in &choice.matches {
                    let value = self.expression(&one.value);
                    let mut arms = TokenStream::new();
                    for arm in &one.arms {
                        self.arm(arm).to_tokens(&mut arms);
                    }
                    quote!(.match_on(#value, ::std::vec![#arms])).to_tokens(&mut tokens);
                }
                for otherwise in &choice.otherwise {
                    match &otherwise.target {
                        Some(target) => {
                            let edge = self.target(target);
                            quote!(.otherwise(#edge)).to_tokens(&mut tokens);
                        }
                        None => quote!(.no_default()).to_tokens(&mut tokens),
                    }
                }
                tokens
            }
            Kind::Wait(waits, _) => {
                let wait = match waits.first() {
                    Some(Wait::Timestamp(_, value)) => {
                        let value = self.expression(value);
                        quote!(__s::Wait::timestamp(#value))
                    }
                    Some(Wait::Seconds(_, amount)) => {
                        let amount = self.amount(amount);
                        quote!(__s::Wait::seconds(#amount))
                    }
                    None => quote!(__s::Wait::seconds(__s::Expr::literal(0i64))),
                };
                quote!(__s::State::wait(#name, #wait))
            }
            Kind::Succeed(succeed) => {
                let mut tokens = quote!(__s::State::succeed(#name));
                if let Some(value) = &succeed.value {
                    let value = self.expression(value);
                    quote!(.end_with(#value)).to_tokens(&mut tokens);
                }
                tokens
            }
            Kind::Fail(fail) => {
                let mut tokens = quote!(__s::State::fail(#name));
                if let Some(error) = &fail.error {
                    let error = self.expression(error);
                    quote!(.error(#error)).to_tokens(&mut tokens);
                }
                if let Some(cause) = &fail.cause {
                    let cause = self.expression(cause);
                    quote!(.cause(#cause)).to_tokens(&mut tokens);
                }
                tokens
            }
            Kind::Exit(exit) => {
                let value = match &exit.value {
                    Some(value) => self.expression(value),
                    None => quote!(__s::Expr::none()),
                };
                let exit = text(&node.state.name);
                quote!(__s::State::pass(#name).exit_with(#exit, #value))
            }
            Kind::Include(include) => match include.calls.first() {
                Some(call) => {
                    let path = &call.path;
                    let variables = text(&node.state.name);
                    let arguments = self.expressions(&call.arguments);
                    quote!(__s::Include::new(
                        #name,
                        #variables,
                        <#path as __s::Fragment>::body(),
                        __s::arguments(<#path as __s::Fragment>::parameters(), #arguments)
                    ))
                }
                None => quote!(__s::State::pass(#name)),
            },
            Kind::Parallel(_) => {
                let mut bodies = TokenStream::new();
                for scope in &node.inner {
                    let body = self.body(*scope);
                    quote!(#body,).to_tokens(&mut bodies);
                }
                self.values.task = None;
                quote!(__s::State::parallel(#name, ::std::vec![#bodies]))
            }
            Kind::Map(map) => match (map.runs.first(), node.inner.first()) {
                (Some(run), Some(scope)) => self.map(name, map, run, *scope),
                _ => quote!(__s::State::pass(#name)),
            },
        }
    }

    fn body(&mut self, scope: usize) -> TokenStream {
        let states = self.states(scope);
        let fields = raw::fields(&self.machine.scopes[scope].body.raw);
        let result = known(self.numbers.result(scope));
        quote!(#states.result(#result.shape()) #fields)
    }

    /// The states of a scope and its variables, as a `Body`.
    fn states(&mut self, scope: usize) -> TokenStream {
        let machine = self.machine;
        let own = &machine.scopes[scope].states;
        let includes = own.iter().any(|index| self.is_include(*index));
        let mut states = TokenStream::new();
        for index in own {
            let state = self.state(*index);
            if includes {
                let add = self.add(*index);
                quote!(.#add(#state)).to_tokens(&mut states);
            } else {
                quote!(#state,).to_tokens(&mut states);
            }
        }
        let variables = self.variables(scope);
        if includes {
            quote!(__s::Body::new(::std::vec::Vec::new()) #states #variables)
        } else {
            quote!(__s::Body::new(::std::vec![#states]) #variables)
        }
    }

    fn is_include(&self, state: usize) -> bool {
        matches!(&self.machine.states[state].state.kind, Kind::Include(include) if !include.calls.is_empty())
    }

    /// The query language of a fragment's state, which is the same in every workflow.
    fn language_of(&self, state: &State) -> Option<TokenStream> {
        let own = state
            .options
            .iter()
            .any(|option| matches!(option, StateOption::QueryLanguage(..)));
        if self.machine.workflow.fragment.is_none() || own || matches!(state.kind, Kind::Include(_))
        {
            return None;
        }
        Some(if self.machine.is_jsonpath(state) {
            quote!(__s::QueryLanguage::JsonPath)
        } else {
            quote!(__s::QueryLanguage::Jsonata)
        })
    }

    /// Options but for `catch`, which is an edge.
    fn option(&mut self, option: &StateOption) -> TokenStream {
        match option {
            StateOption::Timeout(_, amount) => {
                let amount = self.amount(amount);
                quote!(.timeout(#amount))
            }
            StateOption::Heartbeat(_, amount) => {
                let amount = self.amount(amount);
                quote!(.heartbeat(#amount))
            }
            StateOption::Credentials(_, role) => {
                let role = self.expression(role);
                quote!(.credentials(#role))
            }
            StateOption::QueryLanguage(_, language) => {
                let language = query_language(language);
                quote!(.query_language(#language))
            }
            StateOption::Raw(_, fields) => raw::fields(fields),
            StateOption::Retry(retry) => self.retry(retry),
            StateOption::Catch(..) | StateOption::CatchEvery(_) => TokenStream::new(),
        }
    }

    fn transition(&mut self, transition: &Transition) -> TokenStream {
        match transition {
            Transition::Next(_, name) => {
                let name = self.name_of(name);
                quote!(.next(#name))
            }
            Transition::End(_, Some(value)) => {
                // `let c = f(); end c;` gives the result as it is.
                let value = self.expression(value);
                quote!(.end_with(#value))
            }
            Transition::End(_, None) => {
                quote!(.end())
            }
        }
    }

    /// The name in ASL of the state that an identifier stands for: of an include, the fragment's first.
    fn name_of(&self, ident: &Ident) -> TokenStream {
        let name = text(ident);
        let Some(index) = self.machine.by_name.get(&name) else {
            return quote!(#name);
        };
        let state = self.machine.states[*index].state;
        let name = wire_name(state);
        match &state.kind {
            Kind::Include(include) if !include.calls.is_empty() => {
                let path = &include.calls[0].path;
                quote!(__s::entry(#name, <#path as __s::Fragment>::body()))
            }
            _ => quote!(#name),
        }
    }

    fn amount(&mut self, amount: &Amount) -> TokenStream {
        match amount {
            Amount::Seconds(seconds, _) => {
                let seconds = Literal::u64_suffixed(*seconds);
                quote!(__s::Expr::literal(#seconds))
            }
            Amount::Computed(expression) => self.expression(expression),
        }
    }

    fn expression(&mut self, expression: &Expression) -> TokenStream {
        let Some(value) = &self.machine.values[expression.id] else {
            return quote!(__s::Expr::none());
        };
        let mut tokens = self.values.value(value);
        // Nothing is wrong with a literal alone.
        if !matches!(value, Value::Literal(_) | Value::Unit | Value::None) {
            at(expression.syn.span()).to_tokens(&mut tokens);
        }
        tokens
    }

    fn expressions(&mut self, list: &[Expression]) -> TokenStream {
        let mut items = TokenStream::new();
        for expression in list {
            let value = self.expression(expression);
            quote!(#value,).to_tokens(&mut items);
        }
        quote!(::std::vec![#items])
    }
}

/// The task function that a state calls: its error is what `retry` and `catch` name.
fn task_path(state: &State) -> Option<&syn::Path> {
    match &state.kind {
        Kind::Task(calls) => match &calls.first()?.call.callee {
            Callee::Task { path, .. } => Some(path),
            _ => None,
        },
        _ => None,
    }
}

fn wire_name(state: &State) -> String {
    match &state.renamed {
        Some(name) => name.value(),
        None => text(&state.name),
    }
}

fn query_language(language: &Ident) -> TokenStream {
    if language == "JSONPath" {
        quote!(__s::QueryLanguage::JsonPath)
    } else {
        quote!(__s::QueryLanguage::Jsonata)
    }
}
