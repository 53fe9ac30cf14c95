//! A state in the type block.

use super::edge::{local, original};
use super::{TypeBlock, result_of};
use crate::check::{matched_variants, without_location, witness_name};
use crate::error_message::simple_message;
use crate::expand::fragment::InnerStates;
use crate::inference::{relies_on_parameter, wrapped};
use crate::machine::{
    Application, Call, Callee, ChoiceState, EdgeKind, ExpectedType, ExpressionPosition, Fail, Map,
    StateExit, StateNode, StateWork, UserExpr, request_argument,
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

/// The value for a state's `let` and `end`.
#[derive(Clone)]
enum StateValue {
    /// An expression that may be written any number of times.
    Value(TokenStream),
    /// The state's input.
    Input,
}

impl TypeBlock<'_> {
    pub(super) fn state(&self, index: usize) -> TokenStream {
        let node = &self.machine.states[index];
        let state = &node.state;
        let outer = self.seen.take();
        let mut tokens = TokenStream::new();
        for (at, one) in state.before.iter().enumerate() {
            if one.binding.is_local {
                self.local_let(&state.before, at)
            } else {
                self.assign_let(&state.before, at)
            }
            .to_tokens(&mut tokens);
        }
        if state.call().is_some_and(|call| call.wait.is_some()) {
            quote!(let task_token: ::std::string::String = __s::any();).to_tokens(&mut tokens);
        }
        for place in node.places() {
            self.place(&place).to_tokens(&mut tokens);
        }
        let given = self.kind(index, &mut tokens);
        if state.kind.has_errors() || state.include().is_some() {
            self.errors(index).to_tokens(&mut tokens);
        }
        self.names(node, &given).to_tokens(&mut tokens);
        match (&state.exit, &given) {
            (Some(StateExit::End(keyword, Some(value))), _) => {
                let value = self.expression(value);
                self.give(node.scope, &value, keyword.span())
            }
            // A fragment without a result ignores the result of its last state.
            (Some(StateExit::End(..)), _) if self.gives_nothing(node.scope) => TokenStream::new(),
            (Some(StateExit::End(keyword, None)), StateValue::Value(value)) => {
                self.give(node.scope, value, keyword.span())
            }
            (Some(StateExit::End(keyword, None)), StateValue::Input) => {
                self.give_input(node.scope, keyword.span())
            }
            (Some(StateExit::Next) | None, _) => TokenStream::new(),
        }
        .to_tokens(&mut tokens);
        self.targets(node).to_tokens(&mut tokens);
        let seen = self.seen.replace(outer);
        if seen.is_empty() {
            return quote!({ #tokens });
        }
        let (declared, tuple) = (seen.declared(), seen.tuple());
        let numbers = seen.numbers().iter().copied();
        self.seen.borrow_mut().see(numbers);
        quote!(let #tuple = { #declared #tokens #tuple };)
    }

    /// The type requirements of a position. rustc reports "not a number of whole seconds" and
    /// similar messages at the keyword.
    fn place(&self, place: &ExpressionPosition<&UserExpr>) -> TokenStream {
        let (takes, ty) = match place.expected {
            ExpectedType::Seconds => (quote!(Seconds::seconds), quote!(::core::primitive::u32)),
            ExpectedType::WholeNumber => (
                quote!(WholeNumber::whole_number),
                quote!(::core::primitive::u32),
            ),
            ExpectedType::Percentage => (
                quote!(Percentage::percentage),
                quote!(::core::primitive::u32),
            ),
            ExpectedType::Timestamp => {
                (quote!(Timestamp::timestamp), quote!(::std::string::String))
            }
            ExpectedType::Text => (quote!(FailText::text), quote!(::std::string::String)),
            ExpectedType::Json => (quote!(Json::json), quote!(__s::serde_json::Value)),
            ExpectedType::Bool => {
                let condition = self.expression(place.expression);
                // As in the function itself, so that rustc reports a wrong type once.
                if self.machine.workflow.function.is_some() {
                    return quote!(if #condition {});
                }
                // rustc reports "expected due to this" at the keyword.
                let ty = quote_spanned!(place.span=> ::core::primitive::bool);
                return quote!(let _: #ty = #condition;);
            }
            ExpectedType::Around => return TokenStream::new(),
        };
        let value = self.expression_of(place.expression, &ty);
        // rustc checks the argument of `sleep_until` in the function itself.
        let is_function = self.machine.workflow.function.is_some();
        if is_function && matches!(place.expected, ExpectedType::Timestamp) {
            return quote!(let _ = #value;);
        }
        let takes = respanned(takes, place.span);
        quote_spanned!(place.span=> __s::#takes(#value);)
    }

    /// Writes the state's work; returns its result.
    fn kind(&self, index: usize, tokens: &mut TokenStream) -> StateValue {
        let node = &self.machine.states[index];
        let state = &node.state;
        match &state.kind {
            StateWork::Task(Some(call)) => StateValue::Value(self.call(index, call, tokens)),
            StateWork::Choice(choice) => {
                self.choice(index, choice).to_tokens(tokens);
                StateValue::Input
            }
            StateWork::Succeed(value) => {
                match value {
                    Some(value) => {
                        let value = self.expression(value);
                        self.give(node.scope, &value, state.keyword.span())
                    }
                    None if state.broken => TokenStream::new(),
                    None => self.give_input(node.scope, state.keyword.span()),
                }
                .to_tokens(tokens);
                StateValue::Input
            }
            StateWork::Exit(exit) => {
                self.exit(exit, state.keyword.span()).to_tokens(tokens);
                StateValue::Input
            }
            StateWork::Include(Some(include)) => {
                StateValue::Value(self.include(node, include, tokens))
            }
            StateWork::Parallel => {
                for scope in &node.inner {
                    self.inner(*scope).to_tokens(tokens);
                }
                let results = node.inner.iter().map(|scope| result_of(*scope));
                // rustc reports "expected .., found a tuple" at `parallel`.
                StateValue::Value(quote_spanned!(state.keyword.span()=> (#(#results,)*)))
            }
            StateWork::Map(map) => self.map(node, map, tokens),
            StateWork::Fail(Fail {
                raised: Some(raised),
                ..
            }) => {
                let path = &raised.path;
                let span = path.span();
                // A function returns the error, so rustc checks its type there.
                let is_function = self.machine.workflow.function.is_some();
                let check = (!is_function).then(|| {
                    simple_message(path).to_tokens(tokens);
                    quote_spanned!(span=> __s::raises)
                });
                let values = raised
                    .fields
                    .iter()
                    .map(|(_, value)| self.expression(value));
                if raised.is_tuple {
                    let arguments = group(span, quote!(#(#values),*));
                    let value = group(span, quote!(#path #arguments));
                    quote!(let _ = #check #value;)
                } else {
                    let members = raised.fields.iter().map(|(member, _)| member);
                    let fields = group_of_braces(span, quote!(#(#members: #values),*));
                    let value = group(span, quote!(#path #fields));
                    quote!(let _ = #check #value;)
                }
                .to_tokens(tokens);
                StateValue::Input
            }
            StateWork::Task(None)
            | StateWork::Include(None)
            | StateWork::Pass
            | StateWork::Wait(_)
            | StateWork::Fail(_)
            | StateWork::Unknown => StateValue::Input,
        }
    }

    fn map(&self, node: &StateNode, map: &Map, tokens: &mut TokenStream) -> StateValue {
        let (Some(run), Some(scope)) = (&map.run, node.inner.first()) else {
            return StateValue::Input;
        };
        let span = node.state.keyword.span();
        self.item(span, map, run).to_tokens(tokens);
        let number = self.numbers.item(*scope);
        let (seen, item) = (witness_name(number), without_location(&run.item));
        quote!(let #seen = __s::Witness::of(&#item);).to_tokens(tokens);
        self.seen.borrow_mut().see([number]);
        self.inner(*scope).to_tokens(tokens);
        let result = result_of(*scope);
        // rustc reports "expected .., found `MapResults`", or "found `Vec`", at `map`.
        StateValue::Value(match map.distributed.writer {
            Some(_) => quote_spanned!(span=> __s::any::<__s::MapResults>()),
            None => quote_spanned!(span=> __s::list(#result)),
        })
    }

    /// The `let`s of the state: variables if it has a next state, locals if it ends.
    fn names(&self, node: &StateNode, given: &StateValue) -> TokenStream {
        let state = &node.state;
        let mut tokens = TokenStream::new();
        let called = state.call().and_then(|call| call.called.as_ref());
        if let (Some(called), StateValue::Value(value)) = (called, given) {
            quote!(let #called = #value;).to_tokens(&mut tokens);
        }
        if let (Some(binding), StateValue::Value(value)) = (&state.result, given) {
            // A wrong number of names is already reported.
            let is_parallel = matches!(state.kind, StateWork::Parallel) && binding.tuple;
            let anything = quote!(__s::any());
            let value = if is_parallel && node.inner.len() != binding.names.len() {
                &anything
            } else {
                value
            };
            // The value already contains the ascribed type of an answer.
            if state.ends() {
                local(binding, value).to_tokens(&mut tokens);
            } else if state.exit.is_some() {
                self.assign(binding, value).to_tokens(&mut tokens);
            }
        }
        for at in 0..state.lets.len() {
            if state.ends() {
                self.local_let(&state.lets, at).to_tokens(&mut tokens);
            } else if state.exit.is_some() {
                self.assign_let(&state.lets, at).to_tokens(&mut tokens);
            }
        }
        tokens
    }

    /// A call; returns its result. The call of a task is stored in `__call`, from which its errors
    /// are read.
    fn call(&self, index: usize, call: &Call, tokens: &mut TokenStream) -> TokenStream {
        let node = &self.machine.states[index];
        let result = &node.state.result;
        let anything = |typed: bool| {
            if typed {
                // The type is in the `let`, or is missing there.
                quote!(__s::any())
            } else {
                quote!(__s::any::<__s::serde_json::Value>())
            }
        };
        match &call.callee {
            Callee::Task(Application {
                path,
                arguments,
                parentheses,
            }) => {
                let is_function = self.machine.workflow.function.is_some();
                let arguments = arguments.iter().map(|argument| {
                    let code = self.expression(argument);
                    if is_function && relies_on_parameter(&argument.syn) {
                        wrapped(&argument.syn, &code)
                    } else {
                        code
                    }
                });
                let start = path.span();
                // rustc reports "arguments to this function are incorrect" from the path to the
                // parenthesis.
                let (less, greater) = (
                    quote_spanned!(start=> <),
                    quote_spanned!(parentheses.open()=> >::called),
                );
                let arguments = group(parentheses.join(), quote!(#(#arguments),*));
                if is_function {
                    // The same call as in the function itself: it takes references, and rustc
                    // reports equal errors once.
                    let function = quote_spanned!(start=> <#path>::plain);
                    quote!(let __call = __s::plain::called(#function #arguments);)
                        .to_tokens(tokens);
                    self.limits(node, path, &InnerStates::Call(path))
                        .to_tokens(tokens);
                } else {
                    quote!(let __call = #less #path #greater #arguments;).to_tokens(tokens);
                }
                if call.wait.is_some() {
                    return anything(result.is_some());
                }
                if let Some(method) = &call.reader {
                    // rustc reports two equal errors at one location once.
                    return quote_spanned!(method.span()=> __s::value_without_error(&__call));
                }
                // A method call from the first to the last token of the user's call, so that rustc
                // reports "expected .., found .." for all of it.
                let checked = group(start, quote!(&__call));
                let output = quote_spanned!(parentheses.open()=> .output);
                let end = call.end.unwrap_or_else(|| parentheses.join());
                let nothing = group(end, TokenStream::new());
                quote!(#checked #output #nothing)
            }
            Callee::Workflow { start, call } => {
                let path = &call.path;
                let input = match call.arguments.first() {
                    Some(input) => self.expression(input),
                    None => group(call.parentheses.join(), TokenStream::new()),
                };
                quote!(let _: <#path as __s::Workflow>::Input = #input;).to_tokens(tokens);
                match start {
                    Some(_) => anything(false),
                    None => quote!(__s::any::<<#path as __s::Workflow>::Output>()),
                }
            }
            Callee::Request { request, arguments } => {
                let (numbers, values) = (
                    0..,
                    arguments.iter().map(|argument| self.expression(argument)),
                );
                for (number, value) in std::iter::zip(numbers, values) {
                    let name = request_argument(number);
                    quote!(let #name = #value; let #name = __s::plain::service_argument(&#name);)
                        .to_tokens(tokens);
                }
                quote!(__s::plain::request_answer(#request))
            }
            Callee::Service { .. } => {
                anything(result.as_ref().is_some_and(|binding| binding.ty.is_some()))
            }
        }
    }

    fn choice(&self, index: usize, choice: &ChoiceState) -> TokenStream {
        let node = &self.machine.states[index];
        let mut tokens = TokenStream::new();
        let mut before = TokenStream::new();
        let mut arms = TokenStream::new();
        let mut after = TokenStream::new();
        for (number, edge) in node.edges.iter().enumerate() {
            let lets = self.lets_of(edge);
            let EdgeKind::Arm { pattern, guard } = &edge.kind else {
                lets.to_tokens(&mut tokens);
                continue;
            };
            let mut keep = TokenStream::new();
            for (position, (variable, temporary)) in self.bound(edge).iter().enumerate() {
                // Arms may bind the same name, so each arm has a separate variable here.
                let own = Ident::new(&format!("__bound_{number}_{position}"), temporary.span());
                let name = original(temporary);
                quote!(let #own;).to_tokens(&mut before);
                quote!(#own = #name;).to_tokens(&mut keep);
                quote!(#variable = #own;).to_tokens(&mut after);
            }
            let (pattern, requirements) = matched_variants(pattern, &mut 0);
            let guard = guard.as_ref().map(|guard| {
                let guard = self.expression(guard);
                quote!(if #guard)
            });
            // rustc suggests missing arms after the last arm.
            let end = edge.name.span();
            let arrow = quote_spanned!(end=> =>);
            let body = group_of_braces(end, quote!(#requirements #keep #lets));
            quote!(#pattern #guard #arrow #body).to_tokens(&mut arms);
        }
        if let Some(subject) = &choice.subject {
            let value = self.expression(&subject.value);
            // rustc reports missing arms in the function itself.
            if self.machine.workflow.function.is_some() {
                arms.extend(quote!(_ => {}));
            }
            let arms = group_of_braces(subject.braces, arms);
            let keyword = Ident::new("match", subject.keyword);
            quote!(#before #keyword #value #arms #after).to_tokens(&mut tokens);
        }
        tokens
    }
}

/// The same tokens with this span.
fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}

/// Parentheses with the span of the user's.
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
