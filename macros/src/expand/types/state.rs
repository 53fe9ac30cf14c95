//! One state in the check block.

use super::edge::{bound_variables, local, original};
use super::{Checker, result_of};
use crate::check::{EdgeKind, beside, pattern, told, witness};
use crate::syntax::{
    Amount, Call, Callee, Choice, Kind, Object, ObjectValue, StateOption, TaskLet, Transition, Wait,
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

/// What a state gives to its `let` and to `end`.
#[derive(Clone)]
enum Given {
    /// An expression that may be written any number of times.
    Value(TokenStream),
    /// Whatever came in.
    Input,
}

impl Checker<'_, '_> {
    pub(super) fn state(&self, index: usize) -> TokenStream {
        let node = &self.machine.states[index];
        let state = node.state;
        let outer = self.seen.take();
        let mut tokens = TokenStream::new();
        self.options(index).to_tokens(&mut tokens);
        let given = self.kind(index, &mut tokens);
        self.names(index, &given).to_tokens(&mut tokens);
        match state.transitions.first() {
            Some(Transition::End(keyword, Some(value))) => {
                let value = self.expression(value);
                self.give(node.scope, &value, keyword.span())
            }
            // A fragment that gives nothing takes whatever its last state gives.
            Some(Transition::End(_, None)) if self.gives_nothing(node.scope) => TokenStream::new(),
            Some(Transition::End(keyword, None)) => match &given {
                Given::Value(value) => self.give(node.scope, value, keyword.span()),
                Given::Input => self.give_input(node.scope, keyword.span()),
            },
            _ => TokenStream::new(),
        }
        .to_tokens(&mut tokens);
        self.targets(index).to_tokens(&mut tokens);
        let seen = self.seen.replace(outer);
        if seen.is_empty() {
            return quote!({ #tokens });
        }
        let (declared, tuple) = (seen.declared(), seen.tuple());
        let numbers = seen.numbers().iter().copied();
        self.seen.borrow_mut().see(numbers);
        quote!(let #tuple = { #declared #tokens #tuple };)
    }

    fn options(&self, index: usize) -> TokenStream {
        let mut tokens = TokenStream::new();
        for option in &self.machine.states[index].state.options {
            match option {
                StateOption::Timeout(keyword, Amount::Computed(value))
                | StateOption::Heartbeat(keyword, Amount::Computed(value)) => {
                    self.seconds(keyword, value).to_tokens(&mut tokens);
                }
                StateOption::Credentials(keyword, value) => {
                    let value = self.text(value);
                    quote_spanned!(keyword.span()=> __s::FailText::text(#value);)
                        .to_tokens(&mut tokens);
                }
                _ => {}
            }
        }
        tokens
    }

    fn seconds(&self, keyword: &Ident, value: &crate::syntax::Expression) -> TokenStream {
        let value = self.number(value);
        // "not a number of whole seconds" is required by the keyword.
        quote_spanned!(keyword.span()=> __s::Seconds::seconds(#value);)
    }

    /// What the state does; says what it gives.
    fn kind(&self, index: usize, tokens: &mut TokenStream) -> Given {
        let node = &self.machine.states[index];
        let state = node.state;
        match &state.kind {
            Kind::Task(calls) => {
                let mut given = Given::Input;
                for (position, call) in calls.iter().enumerate() {
                    let (call, value) = self.call(call);
                    call.to_tokens(tokens);
                    if position == 0 {
                        let checked = matches!(&calls[0].call.callee, Callee::Task { .. })
                            .then(|| Ident::new("__call", Span::call_site()));
                        self.handlers(index, checked.as_ref()).to_tokens(tokens);
                        if let (Some(call), Callee::Task { path, .. }) =
                            (&checked, &calls[0].call.callee)
                        {
                            self.unhandled(index, call, path.span()).to_tokens(tokens);
                        }
                        given = Given::Value(value);
                    } else if let Some(binding) = &calls[position].binding {
                        // One call too many is said already; what it names is no further mistake.
                        local(binding, &value).to_tokens(tokens);
                    }
                }
                given
            }
            Kind::Pass(_) | Kind::Unknown => Given::Input,
            Kind::Choice(choice) => {
                self.choice(index, choice).to_tokens(tokens);
                Given::Input
            }
            Kind::Wait(waits, _) => {
                for wait in waits {
                    match wait {
                        Wait::Seconds(keyword, Amount::Computed(value)) => {
                            self.seconds(keyword, value).to_tokens(tokens);
                        }
                        Wait::Timestamp(keyword, value) => {
                            let value = self.text(value);
                            quote_spanned!(keyword.span()=> __s::Timestamp::timestamp(#value);)
                                .to_tokens(tokens);
                        }
                        Wait::Seconds(..) => {}
                    }
                }
                Given::Input
            }
            Kind::Succeed(succeed) => {
                match &succeed.value {
                    Some(value) => {
                        let value = self.expression(value);
                        self.give(node.scope, &value, state.keyword.span())
                    }
                    None if state.broken => TokenStream::new(),
                    None => self.give_input(node.scope, state.keyword.span()),
                }
                .to_tokens(tokens);
                Given::Input
            }
            Kind::Fail(fail) => {
                for value in fail.error.iter().chain(&fail.cause) {
                    let value = self.text(value);
                    quote_spanned!(state.keyword.span()=> __s::FailText::text(#value);)
                        .to_tokens(tokens);
                }
                Given::Input
            }
            Kind::Exit(exit) => {
                self.exit(exit, state.keyword.span()).to_tokens(tokens);
                Given::Input
            }
            Kind::Include(include) => {
                let value = self.include(index, include, tokens);
                self.handlers(index, None).to_tokens(tokens);
                value.map_or(Given::Input, Given::Value)
            }
            Kind::Parallel(_) => {
                for scope in &node.inner {
                    self.inner(*scope).to_tokens(tokens);
                }
                self.handlers(index, None).to_tokens(tokens);
                let results = node.inner.iter().map(|scope| result_of(*scope));
                // "expected .., found a tuple" is said of `parallel`.
                Given::Value(quote_spanned!(state.keyword.span()=> (#(#results,)*)))
            }
            Kind::Map(map) => {
                for (keyword, limit) in &map.max_concurrency {
                    let limit = self.number(limit);
                    quote_spanned!(keyword.span()=> __s::WholeNumber::whole_number(#limit);)
                        .to_tokens(tokens);
                }
                self.distributed(map).to_tokens(tokens);
                for (run, scope) in map.runs.iter().zip(&node.inner) {
                    self.item(state, map, run).to_tokens(tokens);
                    let number = self.numbers.item(*scope);
                    let (seen, item) = (witness(number), beside(&run.item));
                    quote!(let #seen = __s::Witness::of(&#item);).to_tokens(tokens);
                    self.seen.borrow_mut().see([number]);
                    self.inner(*scope).to_tokens(tokens);
                }
                self.handlers(index, None).to_tokens(tokens);
                let result = node.inner.first().map(|scope| result_of(*scope));
                match (map.writer(), result) {
                    // "expected .., found `MapResults`" is said of `map`.
                    (Some(_), Some(_)) => Given::Value(
                        quote_spanned!(state.keyword.span()=> __s::any::<__s::MapResults>()),
                    ),
                    // "expected .., found `Vec`" is said of `map`.
                    (None, Some(result)) => {
                        Given::Value(quote_spanned!(state.keyword.span()=> __s::list(#result)))
                    }
                    (_, None) => Given::Input,
                }
            }
        }
    }

    /// The `let`s of the state: variables where it goes on, names of its own where it ends.
    fn names(&self, index: usize, given: &Given) -> TokenStream {
        let state = self.machine.states[index].state;
        let mut tokens = TokenStream::new();
        if let (Some(called), Given::Value(value)) = (state.called(), given) {
            quote!(let #called = #value;).to_tokens(&mut tokens);
        }
        if let (Some(binding), Given::Value(value)) = (state.result(), given) {
            let anything = quote!(__s::any());
            // A name too many or too few is said already.
            let value = match &state.kind {
                Kind::Parallel(runs)
                    if binding.tuple
                        && runs
                            .first()
                            .is_some_and(|run| run.branches.len() != binding.names.len()) =>
                {
                    &anything
                }
                _ => value,
            };
            // The type of an answer is written down, and stands in the value already.
            if state.ends() {
                local(binding, value).to_tokens(&mut tokens);
            } else if !state.transitions.is_empty() {
                self.assign(binding, value).to_tokens(&mut tokens);
            }
        }
        for one in state.lets() {
            if state.ends() {
                self.local_let(one).to_tokens(&mut tokens);
            } else if !state.transitions.is_empty() {
                self.assign_let(one).to_tokens(&mut tokens);
            }
        }
        tokens
    }

    /// A call, and what it gives. The call of a task is kept as `__call`.
    fn call(&self, task: &TaskLet) -> (TokenStream, TokenStream) {
        let ty = task
            .binding
            .as_ref()
            .and_then(|binding| binding.ty.as_ref());
        match &task.call.callee {
            Callee::Task {
                path,
                arguments,
                parentheses,
            } => {
                let arguments = arguments.iter().map(|argument| self.expression(argument));
                let token = self.token(&task.call);
                let start = path.span();
                // "arguments to this function are incorrect" is said from the path to the parenthesis.
                let (less, greater) = (
                    quote_spanned!(start=> <),
                    quote_spanned!(parentheses.open()=> >::check),
                );
                let arguments = group(parentheses.join(), quote!(#(#arguments),*));
                let checked = quote!(#token let __call = #less #path #greater #arguments;);
                let value = if task.call.wait.is_some() {
                    match &task.binding {
                        // The type stands in the `let`, or is missing there.
                        Some(_) => quote!(__s::any()),
                        None => quote!(__s::any::<__s::serde_json::Value>()),
                    }
                } else {
                    // A method call from the first token of the user's call to its last, so that "expected .., found .."
                    // is said of all of it.
                    let call = group(start, quote!(&__call));
                    let output = quote_spanned!(parentheses.open()=> .output);
                    let nothing = group(parentheses.join(), TokenStream::new());
                    quote!(#call #output #nothing)
                };
                (checked, value)
            }
            Callee::Workflow {
                start,
                path,
                arguments,
                parentheses,
                ..
            } => {
                let input = match arguments.first() {
                    Some(input) => self.expression(input),
                    None => group(parentheses.join(), TokenStream::new()),
                };
                let checked = quote!(let _: <#path as __s::Workflow>::Input = #input;);
                let value = match start {
                    Some(_) => quote!(__s::any::<__s::serde_json::Value>()),
                    None => quote!(__s::any::<<#path as __s::Workflow>::Output>()),
                };
                (checked, value)
            }
            Callee::Service {
                keyword, arguments, ..
            } => {
                let token = self.token(&task.call);
                let mut checked = quote!(#token);
                if let Some(arguments) = arguments {
                    self.object(arguments, keyword.span(), &mut checked);
                }
                let value = match ty {
                    Some(_) => quote!(__s::any()),
                    None => quote!(__s::any::<__s::serde_json::Value>()),
                };
                (checked, value)
            }
        }
    }

    /// `task_token`, where it is known.
    fn token(&self, call: &Call) -> Option<TokenStream> {
        call.wait
            .is_some()
            .then(|| quote!(let task_token: ::std::string::String = __s::any();))
    }

    pub(super) fn object(&self, object: &Object, span: Span, tokens: &mut TokenStream) {
        for (_, _, value) in &object.entries {
            self.object_value(value, span, tokens);
        }
    }

    fn object_value(&self, value: &ObjectValue, span: Span, tokens: &mut TokenStream) {
        match value {
            ObjectValue::Object(object) => self.object(object, span, tokens),
            ObjectValue::Array(items) => {
                for item in items {
                    self.object_value(item, span, tokens);
                }
            }
            ObjectValue::Expression(expression) => {
                let value = self.json(expression);
                quote_spanned!(span=> __s::Json::json(#value);).to_tokens(tokens);
            }
        }
    }

    fn choice(&self, index: usize, choice: &Choice) -> TokenStream {
        let mut tokens = TokenStream::new();
        for rule in &choice.rules {
            let lets = self.lets_of(&rule.target);
            let Some(condition) = rule.condition.expression() else {
                lets.to_tokens(&mut tokens);
                continue;
            };
            let condition = self.expression(condition);
            // "expected due to this" is said of `when`.
            let ty = quote_spanned!(rule.keyword.span()=> bool);
            quote!(let _: #ty = #condition; #lets).to_tokens(&mut tokens);
        }
        for otherwise in &choice.otherwise {
            if let Some(target) = &otherwise.target {
                self.lets_of(target).to_tokens(&mut tokens);
            }
        }
        for one in &choice.matches {
            let value = self.expression(&one.value);
            let mut before = TokenStream::new();
            let mut arms = TokenStream::new();
            let mut after = TokenStream::new();
            for arm in &one.arms {
                let edges = &self.machine.states[index].edges;
                let edge = edges.iter().position(
                    |edge| matches!(edge.kind, EdgeKind::Arm(other) if std::ptr::eq(other, arm)),
                );
                let mut names = Vec::new();
                if let Ok(shape) = pattern(&arm.pattern) {
                    shape.bound(&mut names);
                }
                let bound = edge
                    .map(|edge| bound_variables(self.machine, index, edge, &names))
                    .unwrap_or_default();
                let mut keep = TokenStream::new();
                for (position, (variable, temporary)) in bound.iter().enumerate() {
                    // Arms may bind the same name; each has its own variable here.
                    let edge = edge.unwrap_or_default();
                    let own = Ident::new(&format!("__bound_{edge}_{position}"), temporary.span());
                    let name = original(temporary);
                    quote!(let #own;).to_tokens(&mut before);
                    quote!(#own = #name;).to_tokens(&mut keep);
                    quote!(#variable = #own;).to_tokens(&mut after);
                }
                let (pattern, told) = told(&arm.pattern, &mut 0);
                let guard = arm.guard.as_ref().map(|guard| {
                    let guard = self.expression(guard);
                    quote!(if #guard)
                });
                let lets = self.lets_of(&arm.target);
                quote!(#pattern #guard => { #told #keep #lets }).to_tokens(&mut arms);
            }
            let arms = group_of_braces(one.braces, arms);
            let keyword = Ident::new("match", one.keyword);
            quote!(#before #keyword #value #arms #after).to_tokens(&mut tokens);
        }
        tokens
    }
}

/// Parentheses where the user's stand.
pub(super) fn group(span: Span, inside: TokenStream) -> TokenStream {
    delimited(Delimiter::Parenthesis, span, inside)
}

pub(super) fn group_of_braces(span: Span, inside: TokenStream) -> TokenStream {
    delimited(Delimiter::Brace, span, inside)
}

fn delimited(delimiter: Delimiter, span: Span, inside: TokenStream) -> TokenStream {
    let mut group = Group::new(delimiter, inside);
    group.set_span(span);
    group.into_token_stream()
}
