//! The flow tree.

mod call;
mod edge;
mod errors;
mod map;
mod raw;

use super::bind::place;
use super::source_location::{at, file};
use super::term::TermWriter;
use super::witness_types::{WitnessNumbers, known};
use crate::check::read_variables;
use crate::machine::{
    Amount, Callee, ChoiceState, Condition, EdgeKind, Fail, Machine, State, StateExit, StateNode,
    StateWork, Term, UserExpr, Wait,
};
use crate::name::text;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use stepwright_asl::front_end::Lint;
use syn::spanned::Spanned;

/// The body of `Workflow::build`.
pub(super) fn flow(machine: &Machine) -> TokenStream {
    let mut writer = FlowWriter::new(machine);
    let head = writer.head();
    let mut states = TokenStream::new();
    for index in &machine.scopes[0].states {
        let state = writer.state(*index);
        let add = writer.add(*index);
        // One statement for each state: type checking one chain of a thousand calls is slow.
        quote!(__flow = __flow.#add(#state);).to_tokens(&mut states);
    }
    let witnesses = writer.terms.witnesses();
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
    let mut writer = FlowWriter::new(machine);
    let body = writer.states(0);
    let witnesses = writer.terms.witnesses();
    let file = file();
    quote! {
        #file
        #witnesses
        let __known = <Self as __s::Witnessed>::known();
        #body
    }
}

struct FlowWriter<'m> {
    machine: &'m Machine,
    numbers: WitnessNumbers,
    terms: TermWriter,
    /// The variables that something reads.
    read: HashSet<usize>,
    /// The state that is being written.
    state: usize,
}

impl<'m> FlowWriter<'m> {
    fn new(machine: &'m Machine) -> Self {
        FlowWriter {
            machine,
            numbers: WitnessNumbers::of(machine),
            terms: TermWriter::new(machine.workflow.function.is_some()),
            read: read_variables(machine),
            state: 0,
        }
    }
}

impl FlowWriter<'_> {
    /// The method that adds a state to its scope.
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
        let names = self.machine.variables_of(scope).map(|one| &one.text);
        let from = Literal::usize_unsuffixed(numbers.start);
        let to = Literal::usize_unsuffixed(numbers.end);
        Some(quote!(.variables(__s::variables(&[#(#names),*], &__known[#from..#to]))))
    }

    fn head(&mut self) -> TokenStream {
        let workflow = &self.machine.workflow;
        let name = text(&workflow.name);
        let mut flow = quote!(__s::Flow::new(#name));
        if let Some(docs) = &workflow.docs {
            quote!(.comment(#docs)).to_tokens(&mut flow);
        }
        // Uses the type through the workflow, where rustc has already reported a type that is not a
        // payload.
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
        if workflow.denies(Lint::UnhandledErrors) {
            quote!(.deny_unhandled_errors()).to_tokens(&mut flow);
        }
        let options = &workflow.options;
        if options.express.is_some() {
            quote!(.machine_type(__s::MachineType::Express)).to_tokens(&mut flow);
        }
        if let Some((_, amount)) = &options.timeout {
            let amount = self.amount(amount);
            quote!(.timeout(#amount)).to_tokens(&mut flow);
        }
        if let Some(language) = &options.query_language {
            let language = query_language(language == "JSONPath");
            quote!(.query_language(#language)).to_tokens(&mut flow);
        }
        if options.lambda_retries.is_some() {
            quote!(.lambda_retries()).to_tokens(&mut flow);
        }
        if options.overflow_checks.is_some() {
            quote!(.overflow_checks()).to_tokens(&mut flow);
        }
        raw::fields(&options.raw).to_tokens(&mut flow);
        flow
    }

    fn state(&mut self, index: usize) -> TokenStream {
        let machine = self.machine;
        let node = &machine.states[index];
        let state = &node.state;
        let name = state.wire_name();
        self.state = index;
        self.terms.task = state.task().cloned();
        let mut tokens = self.kind(node, &name);
        if !self.is_include(index) {
            at(state.name.span()).to_tokens(&mut tokens);
        }
        if let Some(docs) = &state.docs {
            quote!(.comment(#docs)).to_tokens(&mut tokens);
        }
        self.options(state).to_tokens(&mut tokens);
        for edge in &node.edges {
            self.edge(state, edge).to_tokens(&mut tokens);
        }
        match &state.exit {
            Some(StateExit::Next) => {
                let next = node.edges.iter().map(|edge| &edge.name).take(1);
                let next = next.map(|name| self.name_of(name));
                quote!(#(.next(#next))*)
            }
            Some(StateExit::End(_, Some(value))) => {
                // `let c = f(); end c;` returns the unchanged result.
                let value = self.expression(value);
                quote!(.end_with(#value))
            }
            Some(StateExit::End(_, None)) => quote!(.end()),
            None => TokenStream::new(),
        }
        .to_tokens(&mut tokens);
        tokens
    }

    fn kind(&mut self, node: &StateNode, name: &str) -> TokenStream {
        match &node.state.kind {
            StateWork::Task(Some(call)) => {
                let ty = node.state.result.as_ref();
                let ty = ty.and_then(|binding| binding.ty.as_ref());
                match &call.callee {
                    Callee::Task(task) if self.machine.workflow.function.is_some() => {
                        self.callable_state(name, task, call.wait.is_some(), ty)
                    }
                    _ => {
                        let call = self.call(call, ty);
                        quote!(__s::State::task(#name, #call))
                    }
                }
            }
            StateWork::Choice(choice) => self.choice(node, name, choice),
            StateWork::Wait(Some(wait)) => self.wait(name, wait),
            StateWork::Succeed(value) => {
                let mut tokens = quote!(__s::State::succeed(#name));
                if let Some(value) = value {
                    let value = self.expression(value);
                    quote!(.end_with(#value)).to_tokens(&mut tokens);
                }
                tokens
            }
            StateWork::Fail(fail) => self.fail(name, fail),
            StateWork::Exit(exit) => {
                let value = match &exit.value {
                    Some(value) => self.expression(value),
                    None => quote!(__s::Expr::none()),
                };
                let exit = text(&node.state.name);
                quote!(__s::State::pass(#name).exit_with(#exit, #value))
            }
            StateWork::Include(Some(include)) => {
                let path = &include.path;
                let variables = text(&node.state.name);
                let arguments = self.expressions(&include.arguments);
                quote!(__s::Include::new(
                    #name,
                    #variables,
                    <#path as __s::Fragment>::body(),
                    __s::arguments(<#path as __s::Fragment>::parameters(), #arguments)
                ))
            }
            StateWork::Parallel => {
                let mut bodies = TokenStream::new();
                for scope in &node.inner {
                    let body = self.body(*scope);
                    quote!(#body,).to_tokens(&mut bodies);
                }
                self.terms.task = None;
                quote!(__s::State::parallel(#name, ::std::vec![#bodies]))
            }
            StateWork::Map(map) => match (&map.run, node.inner.first()) {
                (Some(run), Some(scope)) => self.map(name, map, run, *scope),
                _ => quote!(__s::State::pass(#name)),
            },
            // A state without work is an error, and then this code is not used.
            StateWork::Task(None)
            | StateWork::Wait(None)
            | StateWork::Include(None)
            | StateWork::Pass
            | StateWork::Unknown => quote!(__s::State::pass(#name)),
        }
    }

    fn choice(&mut self, node: &StateNode, name: &str, choice: &ChoiceState) -> TokenStream {
        let mut tokens = quote!(__s::State::choice(#name));
        let mut arms = TokenStream::new();
        for edge in &node.edges {
            match &edge.kind {
                EdgeKind::Rule { condition, .. } => {
                    let target = self.target(edge);
                    match condition {
                        Condition::Expression(condition) => {
                            let condition = self.expression(condition);
                            quote!(.when(#condition, #target))
                        }
                        Condition::Raw(fields) => {
                            let fields = raw::fields(fields);
                            quote!(.when_raw(#target #fields))
                        }
                    }
                    .to_tokens(&mut tokens);
                }
                EdgeKind::Otherwise(_) => {
                    let target = self.target(edge);
                    quote!(.otherwise(#target)).to_tokens(&mut tokens);
                }
                EdgeKind::Arm { pattern, guard } => {
                    let arm = self.arm(edge, pattern, guard.as_ref());
                    arm.to_tokens(&mut arms);
                }
                _ => {}
            }
        }
        if let Some(subject) = &choice.subject {
            let value = self.expression(&subject.value);
            quote!(.match_on(#value, ::std::vec![#arms])).to_tokens(&mut tokens);
        }
        if choice.fails.is_some() {
            quote!(.no_default()).to_tokens(&mut tokens);
        }
        tokens
    }

    fn wait(&mut self, name: &str, wait: &Wait) -> TokenStream {
        let wait = match wait {
            Wait::Timestamp(_, value) => {
                let value = self.expression(value);
                quote!(__s::Wait::timestamp(#value))
            }
            Wait::Seconds(_, amount) => {
                let amount = self.amount(amount);
                quote!(__s::Wait::seconds(#amount))
            }
        };
        quote!(__s::State::wait(#name, #wait))
    }

    fn fail(&mut self, name: &str, fail: &Fail) -> TokenStream {
        let mut tokens = quote!(__s::State::fail(#name));
        if let Some(raised) = &fail.raised {
            let fields = raised
                .fields
                .iter()
                .map(|(member, value)| (member_name(member), self.expression(value)));
            let fields: Vec<_> = fields.collect();
            let raised = self.terms.raised(&raised.path, &fields);
            quote!(.raises(#raised)).to_tokens(&mut tokens);
        }
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

    fn body(&mut self, scope: usize) -> TokenStream {
        let states = self.states(scope);
        let fields = raw::fields(&self.machine.scopes[scope].raw);
        let result = known(self.numbers.result(scope));
        quote!(#states.result(#result.shape()) #fields)
    }

    /// The states and variables of a scope, as a `Body`.
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
        self.machine.states[state].state.include().is_some()
    }

    /// All options except `catch`, which is an edge.
    fn options(&mut self, state: &State) -> TokenStream {
        let options = &state.options;
        let mut tokens = TokenStream::new();
        if let Some((_, amount)) = &options.timeout {
            let amount = self.amount(amount);
            quote!(.timeout(#amount)).to_tokens(&mut tokens);
        }
        if let Some((_, amount)) = &options.heartbeat {
            let amount = self.amount(amount);
            quote!(.heartbeat(#amount)).to_tokens(&mut tokens);
        }
        if let Some((_, role)) = &options.credentials {
            let role = self.expression(role);
            quote!(.credentials(#role)).to_tokens(&mut tokens);
        }
        // A fragment's state has the same query language in every workflow that includes it.
        let of_fragment = self.machine.workflow.fragment.is_some() && state.include().is_none();
        if options.query_language.is_some() || of_fragment {
            let language = query_language(self.machine.is_jsonpath(state));
            quote!(.query_language(#language)).to_tokens(&mut tokens);
        }
        for retry in &options.retries {
            self.retry(retry).to_tokens(&mut tokens);
        }
        for (_, field, template) in &options.templates {
            let value = self.object_value(template);
            quote!(.raw(#field, #value)).to_tokens(&mut tokens);
        }
        // An option that shapes the result determines the complete output.
        let is_output = |(name, _): &(syn::LitStr, _)| name.value() == "OutputPath";
        if options.result_is_shaped && !options.raw.iter().any(is_output) {
            quote!(.raw("OutputPath", __s::Expr::none())).to_tokens(&mut tokens);
        }
        raw::fields(&options.raw).to_tokens(&mut tokens);
        tokens
    }

    /// The ASL name of the state that an identifier refers to; for an include, the name of the
    /// fragment's first state.
    fn name_of(&self, ident: &Ident) -> TokenStream {
        let name = text(ident);
        let Some(index) = self.machine.by_name.get(&name) else {
            return quote!(#name);
        };
        let state = &self.machine.states[*index].state;
        let name = state.wire_name();
        match state.include() {
            Some(include) => {
                let path = &include.path;
                quote!(__s::entry(#name, <#path as __s::Fragment>::body()))
            }
            None => quote!(#name),
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

    fn expression(&mut self, expression: &UserExpr) -> TokenStream {
        let Some(value) = &self.machine.terms[expression.id] else {
            return quote!(__s::Expr::none());
        };
        let mut tokens = self.terms.value(value);
        // A literal alone has no faults.
        if !matches!(value, Term::Literal(_) | Term::Unit | Term::None) {
            at(expression.syn.span()).to_tokens(&mut tokens);
        }
        tokens
    }

    fn expressions(&mut self, list: &[UserExpr]) -> TokenStream {
        let mut items = TokenStream::new();
        for expression in list {
            let value = self.expression(expression);
            quote!(#value,).to_tokens(&mut items);
        }
        quote!(::std::vec![#items])
    }
}

fn query_language(is_jsonpath: bool) -> TokenStream {
    if is_jsonpath {
        quote!(__s::QueryLanguage::JsonPath)
    } else {
        quote!(__s::QueryLanguage::Jsonata)
    }
}

/// A field's name; for a tuple, its index.
fn member_name(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(name) => text(name),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}
