//! The flow tree.

use super::bind::place;
use super::pattern::pattern;
use super::value::Values;
use crate::check::{
    Edge, EdgeKind, Machine, PatternShape, Value, error_fields, error_path, pattern as shape,
    predefined, rate,
};
use crate::syntax::{
    Amount, Binding, Call, Callee, ErrorPattern, Expression, Json, Kind, Let, Object, ObjectValue,
    Retry, SettingValue, State, StateOption, Target, Transition, Wait, WorkflowOption,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::Pat;

/// The body of `Workflow::flow`.
pub(super) fn flow(machine: &Machine) -> TokenStream {
    let mut writer = Writer {
        machine,
        values: Values::default(),
    };
    let head = writer.head();
    let mut states = TokenStream::new();
    for state in &machine.scopes[0].states {
        let state = writer.state(*state);
        // A statement a state: one chain of a thousand calls is slow to check.
        quote!(__flow = __flow.state(#state);).to_tokens(&mut states);
    }
    let witnesses = writer.values.witnesses();
    quote! {
        use ::stepwright::__ as __s;
        #witnesses
        let mut __flow = #head;
        #states
        __flow
    }
}

struct Writer<'m, 'a> {
    machine: &'m Machine<'a>,
    values: Values,
}

impl Writer<'_, '_> {
    fn head(&mut self) -> TokenStream {
        let workflow = self.machine.workflow;
        let name = workflow.name.to_string();
        let mut flow = quote!(__s::Flow::new(#name));
        if let Some(docs) = &workflow.docs {
            quote!(.comment(#docs)).to_tokens(&mut flow);
        }
        // Through the workflow, which has said already where such a type is no payload.
        if let Some((name, _)) = &workflow.parameter {
            let name = name.to_string();
            quote!(.parameter(#name, __s::input_shape::<Self>)).to_tokens(&mut flow);
        }
        if workflow.output.is_some() {
            quote!(.returns(__s::output_shape::<Self>)).to_tokens(&mut flow);
        }
        if let Some(place) = place(self.machine) {
            quote!(.deploy(#place)).to_tokens(&mut flow);
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
                WorkflowOption::Raw(_, fields) => raw(fields),
                WorkflowOption::Deploy(..) | WorkflowOption::Deny(_) => continue,
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
        if let Some(docs) = &state.docs {
            quote!(.comment(#docs)).to_tokens(&mut tokens);
        }
        for option in &state.options {
            self.option(option).to_tokens(&mut tokens);
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
                    let condition = self.expression(&rule.condition);
                    let edge = self.target(&rule.target);
                    quote!(.when(#condition, #edge)).to_tokens(&mut tokens);
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
            Kind::Parallel(_) => {
                let mut bodies = TokenStream::new();
                for scope in &node.inner {
                    let body = self.body(*scope);
                    quote!(#body,).to_tokens(&mut bodies);
                }
                self.values.task = None;
                quote!(__s::State::parallel(#name, ::std::vec![#bodies]))
            }
            Kind::Map(map) => {
                let (Some(run), Some(scope)) = (map.runs.first(), node.inner.first()) else {
                    return quote!(__s::State::pass(#name));
                };
                let items = match &run.list {
                    Some(list) => self.expression(list),
                    None => quote!(__s::Expr::none()),
                };
                let item = run.item.to_string();
                let body = self.body(*scope);
                self.values.task = None;
                let mut over = quote!(__s::Map::over(#items, #item).body(#body));
                for (_, limit) in &map.max_concurrency {
                    let limit = self.expression(limit);
                    quote!(.max_concurrency(#limit)).to_tokens(&mut over);
                }
                quote!(__s::State::map(#name, #over))
            }
        }
    }

    fn body(&mut self, scope: usize) -> TokenStream {
        let machine = self.machine;
        let mut states = TokenStream::new();
        for state in &machine.scopes[scope].states {
            let state = self.state(*state);
            quote!(#state,).to_tokens(&mut states);
        }
        quote!(__s::Body::new(::std::vec![#states]))
    }

    fn call(&mut self, call: &Call, ty: Option<&syn::Type>) -> TokenStream {
        let shape = |ty: &syn::Type| quote!(<#ty as __s::Payload>::shape);
        match &call.callee {
            Callee::Task {
                path, arguments, ..
            } => {
                let arguments = self.expressions(arguments);
                // In parentheses a path is a type: without them a function in its place is a second error.
                match (&call.wait, ty) {
                    (None, _) => quote!(__s::Call::task::<(#path)>(#arguments)),
                    (Some(_), ty) => {
                        let shape = ty.map_or_else(
                            || quote!(<__s::serde_json::Value as __s::Payload>::shape),
                            shape,
                        );
                        quote!(__s::Call::wait_for_task_token::<(#path)>(#arguments, #shape))
                    }
                }
            }
            Callee::Workflow {
                start,
                path,
                arguments,
                ..
            } => {
                let input = match arguments.first() {
                    Some(input) => self.expression(input),
                    None => quote!(__s::Expr::object(::std::vec![])),
                };
                let how = match start {
                    Some(_) => quote!(start_workflow),
                    None => quote!(workflow),
                };
                quote!(__s::Call::#how::<(#path)>(#input))
            }
            Callee::Service {
                resource,
                arguments,
                ..
            } => {
                let resource = resource.value();
                let how = match call.wait {
                    Some(_) => quote!(service_with_task_token),
                    None => quote!(service),
                };
                let fields = self.fields(arguments);
                let shape = match ty.map(shape) {
                    Some(shape) => quote!(::core::option::Option::Some(#shape)),
                    None => quote!(::core::option::Option::None),
                };
                quote!(__s::Call::#how(#resource, #fields, #shape))
            }
        }
    }

    fn fields(&mut self, object: &Object) -> TokenStream {
        let mut fields = TokenStream::new();
        for (name, _, value) in &object.entries {
            let value = self.object_value(value);
            quote!((__s::Text::Borrowed(#name), #value),).to_tokens(&mut fields);
        }
        quote!(::std::vec![#fields])
    }

    fn object_value(&mut self, value: &ObjectValue) -> TokenStream {
        match value {
            ObjectValue::Object(object) => {
                let fields = self.fields(object);
                quote!(__s::Expr::object(#fields))
            }
            ObjectValue::Array(items) => {
                let mut list = TokenStream::new();
                for item in items {
                    let item = self.object_value(item);
                    quote!(#item,).to_tokens(&mut list);
                }
                quote!(__s::Expr::array(::std::vec![#list]))
            }
            ObjectValue::Expression(expression) => self.expression(expression),
        }
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
            StateOption::Raw(_, fields) => raw(fields),
            StateOption::Retry(retry) => self.retry(retry),
            StateOption::Catch(..) | StateOption::CatchEvery(_) => TokenStream::new(),
        }
    }

    fn retry(&mut self, retry: &Retry) -> TokenStream {
        let names = self.names(&retry.errors);
        let mut tokens = quote!(__s::Retry::on::<__s::Text>(#names));
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
                    let rate = Literal::f64_suffixed(rate(value).unwrap_or(1.0));
                    quote!(.backoff_rate(#rate)).to_tokens(&mut tokens);
                }
                (_, SettingValue::Whole(whole, _)) => {
                    let whole = Literal::u32_suffixed(u32::try_from(*whole).unwrap_or(u32::MAX));
                    let name = Ident::new(&name.to_string(), proc_macro2::Span::call_site());
                    quote!(.#name(#whole)).to_tokens(&mut tokens);
                }
                _ => {}
            }
        }
        quote!(.retry(#tokens))
    }

    /// The names of errors in ASL, as a `Vec<Text>`.
    fn names(&mut self, errors: &[ErrorPattern]) -> TokenStream {
        let mut names = TokenStream::new();
        for error in errors {
            let name = match error {
                ErrorPattern::Text(text) => quote!(__s::Text::Borrowed(#text)),
                ErrorPattern::Path(path) | ErrorPattern::Fields(path, _) => {
                    match predefined(error) {
                        Some(name) => {
                            let name = format!("States.{name}");
                            quote!(__s::Text::Borrowed(#name))
                        }
                        None => self.values.error_name(path),
                    }
                }
            };
            quote!(#name,).to_tokens(&mut names);
        }
        quote!(::std::vec![#names])
    }

    /// A `catch`; the other edges are written with their state's kind.
    fn edge(&mut self, state: &State, edge: &Edge) -> TokenStream {
        match edge.kind {
            EdgeKind::Catch(catch) => {
                let names = self.names(&catch.errors);
                let mut way = self.way(&catch.target);
                if let Some(ErrorPattern::Fields(_, fields)) = catch.errors.first() {
                    way = self.caught(way, fields);
                }
                let way = output(way, catch.output.as_ref());
                let lets = self.lets(&catch.target);
                quote!(.catch(__s::Catch::on::<__s::Text>(#names, #way #lets)))
            }
            EdgeKind::CatchArm(arm) => {
                let cases: Vec<&Pat> = match &arm.pattern {
                    Pat::Or(or) => or.cases.iter().collect(),
                    single => vec![single],
                };
                let mut names = TokenStream::new();
                for case in &cases {
                    let name = match error_path(case) {
                        Some(path) => self.values.error_name(&path),
                        None => quote!(__s::Text::Borrowed("States.ALL")),
                    };
                    quote!(#name,).to_tokens(&mut names);
                }
                let mut way = self.way(&arm.target);
                if let Some(first) = cases.first() {
                    way = self.caught(way, first);
                }
                let way = output(way, arm.output.as_ref());
                let lets = self.lets(&arm.target);
                quote!(.catch(__s::Catch::on::<__s::Text>(::std::vec![#names], #way #lets)))
            }
            EdgeKind::Next => {
                let mut tokens = TokenStream::new();
                for one in state.lets() {
                    self.assign_let(one).to_tokens(&mut tokens);
                }
                if let Some(binding) = state.result() {
                    assign(binding, &quote!(__s::Expr::result())).to_tokens(&mut tokens);
                }
                tokens
            }
            EdgeKind::Rule(_) | EdgeKind::Otherwise(_) | EdgeKind::Arm(_) => TokenStream::new(),
        }
    }

    /// Assigns what an error's pattern binds.
    fn caught(&mut self, way: TokenStream, from: &Pat) -> TokenStream {
        let (Some(path), Ok(fields)) = (error_path(from), error_fields(from)) else {
            return way;
        };
        let mut way = way;
        for (field, name) in fields {
            let Some(name) = variable(Some(name)) else {
                continue;
            };
            let value = self.values.value(&Value::ErrorField(path.clone(), field));
            quote!(.assign(#name, #value)).to_tokens(&mut way);
        }
        way
    }

    fn arm(&mut self, arm: &crate::syntax::Arm) -> TokenStream {
        let shape = shape(&arm.pattern).unwrap_or(PatternShape::Wildcard);
        let pattern = pattern(&shape);
        let guard = match &arm.guard {
            Some(guard) => {
                let guard = self.expression(guard);
                quote!(::core::option::Option::Some(#guard))
            }
            None => quote!(::core::option::Option::None),
        };
        let edge = self.target(&arm.target);
        quote!(__s::Arm::new(#pattern, #guard, #edge),)
    }

    /// An edge with the `let`s on it.
    fn target(&mut self, target: &Target) -> TokenStream {
        let way = self.way(target);
        let lets = self.lets(target);
        quote!(#way #lets)
    }

    /// An edge without them.
    fn way(&self, target: &Target) -> TokenStream {
        let name = self.name_of(&target.name);
        quote!(__s::Edge::to(#name))
    }

    fn lets(&mut self, target: &Target) -> TokenStream {
        let mut tokens = TokenStream::new();
        for one in &target.lets {
            self.assign_let(one).to_tokens(&mut tokens);
        }
        tokens
    }

    /// `.assign(..)` for a `let`; of a tuple that is written out, each item for itself.
    fn assign_let(&mut self, one: &Let) -> TokenStream {
        let Let { binding, value } = one;
        if let (true, Some(Value::Tuple(items))) = (binding.tuple, &self.machine.values[value.id])
            && items.len() == binding.names.len()
        {
            let mut tokens = TokenStream::new();
            for (name, item) in binding.names.iter().zip(items) {
                if let Some(name) = variable(name.as_ref()) {
                    let item = self.values.value(item);
                    quote!(.assign(#name, #item)).to_tokens(&mut tokens);
                }
            }
            return tokens;
        }
        let value = self.expression(value);
        assign(binding, &value)
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

    /// The name in ASL of the state that an identifier stands for.
    fn name_of(&self, ident: &Ident) -> String {
        let name = ident.to_string();
        self.machine
            .by_name
            .get(&name)
            .map_or(name, |index| wire_name(self.machine.states[*index].state))
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
        match &self.machine.values[expression.id] {
            Some(value) => self.values.value(value),
            None => quote!(__s::Expr::none()),
        }
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

/// `.assign(..)` for each name.
fn assign(binding: &Binding, value: &TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (index, name) in binding.names.iter().enumerate() {
        let Some(name) = variable(name.as_ref()) else {
            continue;
        };
        if binding.tuple {
            let index = Literal::usize_unsuffixed(index);
            quote!(.assign(#name, #value.tuple_field(#index))).to_tokens(&mut tokens);
        } else {
            quote!(.assign(#name, #value)).to_tokens(&mut tokens);
        }
    }
    tokens
}

/// The variable that a name makes: none, where it is `_` or begins with it.
fn variable(name: Option<&Ident>) -> Option<String> {
    name.map(Ident::to_string)
        .filter(|name| !name.starts_with('_'))
}

/// Assigns what `as` names.
fn output(way: TokenStream, name: Option<&Ident>) -> TokenStream {
    match variable(name) {
        Some(name) => quote!(#way.assign(#name, __s::Expr::error_output())),
        None => way,
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
        None => state.name.to_string(),
    }
}

fn query_language(language: &Ident) -> TokenStream {
    if language == "JSONPath" {
        quote!(__s::QueryLanguage::JsonPath)
    } else {
        quote!(__s::QueryLanguage::Jsonata)
    }
}

/// `.raw(..)` for each field.
fn raw(fields: &[(syn::LitStr, Json)]) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (name, value) in fields {
        let value = raw_value(value);
        quote!(.raw(#name, #value)).to_tokens(&mut tokens);
    }
    tokens
}

fn raw_value(value: &Json) -> TokenStream {
    match value {
        Json::Null => quote!(__s::Expr::literal(__s::serde_json::Value::Null)),
        Json::Bool(bool) => quote!(__s::Expr::literal(#bool)),
        Json::Number(number, negative) => {
            let number = super::value::json(number);
            if *negative {
                quote!(__s::Expr::literal(-#number))
            } else {
                quote!(__s::Expr::literal(#number))
            }
        }
        Json::String(text) => quote!(__s::Expr::literal(#text)),
        Json::Array(items) => {
            let items = items.iter().map(raw_value);
            quote!(__s::Expr::array(::std::vec![#(#items),*]))
        }
        Json::Object(fields) => {
            let names = fields.iter().map(|(name, _)| name);
            let values = fields.iter().map(|(_, value)| raw_value(value));
            quote!(__s::Expr::object(
                ::std::vec![#((__s::Text::Borrowed(#names), #values)),*]
            ))
        }
    }
}
