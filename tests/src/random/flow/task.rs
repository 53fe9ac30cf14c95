//! Task states.

use super::super::kind::Kind;
use super::scope::{ErrorType, Flow, Here, Scope};

/// A task: its function, its parameters, its result (none for `()`), its error.
type Function = (
    &'static str,
    &'static [&'static str],
    Option<&'static str>,
    Option<ErrorType>,
);

const TASKS: &[Function] = &[
    ("check", &["I"], Some("I"), Some(ErrorType::Check)),
    ("check", &["I"], Some("I"), Some(ErrorType::Check)),
    ("find", &["T", "I"], Some("S"), Some(ErrorType::Find)),
    ("measure", &["S"], Some("Z"), Some(ErrorType::Check)),
    ("guess", &["T"], Some("?I"), Some(ErrorType::Find)),
    ("gather", &["[I]", "Z", "?T"], Some("[I]"), None),
    ("couple", &["(I,T)"], Some("(I,T)"), Some(ErrorType::Check)),
    ("constant", &[], Some("I"), None),
    ("tell", &["T"], None, None),
];

/// Expressions around a call: the kind of its result, the kind of the expression, and the
/// expression. `‹K›` is an expression of the kind K.
const AROUND: &[(&str, &str, &str)] = &[
    ("I", "I", "□ + 1"),
    ("I", "?I", "Some(□)"),
    ("I", "(I,T)", "(□, ‹T›)"),
    ("I", "[I]", "vec![□, ‹I›]"),
    ("I", "T", "format!(\"{}\", □)"),
    ("I", "Z", "Size::Boxed { side: □ }"),
    ("I", "B", "□ > 1"),
    ("S", "I", "□.quantity"),
    ("S", "T", "□.name"),
    ("S", "?S", "Some(□)"),
    ("S", "[S]", "vec![□]"),
    ("S", "S", "Item { quantity: 1, ..□ }"),
    ("?I", "I", "□.unwrap_or(‹I›)"),
    ("?I", "I", "□.unwrap_or_default()"),
    ("?I", "I", "□.unwrap()"),
    ("?I", "B", "□.is_some()"),
    ("[I]", "N", "□.len()"),
    ("[I]", "[I]", "□.iter().map(|n| n + 1).collect::<Vec<_>>()"),
    ("[I]", "I", "□.iter().sum::<i32>()"),
    ("[I]", "?I", "□.first().copied()"),
    ("[I]", "I", "□[0]"),
    ("(I,T)", "T", "□.1"),
    ("Z", "B", "matches!(□, Size::Boxed { .. })"),
];

/// The expressions that JSONPath can represent.
const PATHS: &[&str] = &["Some(□)", "□.quantity", "□.name", "□.1"];

impl Flow<'_> {
    pub(super) fn task(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        ends: bool,
    ) -> (String, String) {
        let (function, parameters, result, error) = self.function();
        self.rule("task");
        let mut call = Vec::new();
        let (mut before, mut given) = (String::new(), String::new());
        for (number, kind) in parameters.iter().enumerate() {
            let kind = Kind::read(kind);
            let argument = self.expression(&kind);
            before += &format!("let __a{number}: {} = {argument}; ", kind.rust(false));
            given += &format!(", __a{number}");
            call.push(argument);
        }
        let call = format!("{function}({})", call.join(", "));
        before += &format!("let __c = crate::tasks::plain::{function}(__sim, __attempt{given})?; ");
        let mut bound = Vec::new();
        let mut text;
        match result {
            Some(of) if !self.once_in(8) => {
                let around: Vec<_> = AROUND
                    .iter()
                    .filter(|(from, _, form)| *from == of && (!self.path || PATHS.contains(form)))
                    .copied()
                    .collect();
                let (kind, form) = if around.is_empty() || self.once_in(2) {
                    (of, "□".to_owned())
                } else {
                    self.rule("result worked on");
                    let (_, kind, form) = self.of(&around);
                    (kind, self.filled(form))
                };
                let kind = Kind::read(kind);
                let (called, same) = (form.replace('□', &call), form.replace('□', "__c"));
                if let (Kind::Pair(left, right), true) = (&kind, self.once_in(2)) {
                    self.rule("result taken apart");
                    let left = self.variable(scope, left, &bound);
                    bound.push(left);
                    let right = self.variable(scope, right, &bound);
                    bound.push(right);
                    let names = format!(
                        "({}, {})",
                        scope.variables[left].name, scope.variables[right].name
                    );
                    text = format!("let {names} = {called}; ");
                    before += &format!("let {names}: {} = {same}; ", kind.rust(false));
                } else {
                    let at = self.variable(scope, &kind, &bound);
                    bound.push(at);
                    let name = scope.variables[at].name;
                    text = if self.once_in(3) {
                        format!("let {name}: {} = {called}; ", kind.rust(false))
                    } else {
                        format!("let {name} = {called}; ")
                    };
                    before += &format!("let {name}: {} = {same}; ", kind.rust(false));
                }
            }
            _ => text = format!("{call}; "),
        }
        let variables: Vec<_> = bound
            .iter()
            .map(|at| scope.variables[*at].clone())
            .collect();
        self.see(&variables);
        let count = self.of(&[0, 0, 0, 1, 2]);
        let (lets, same) = self.lets(scope, count, &mut bound);
        text += &lets;
        before += &same;
        scope.errors.extend(error);
        let errors = error.into_iter().collect();
        self.last(
            scope,
            here,
            &format!("task {}", here.name),
            &text,
            &before,
            &bound,
            &errors,
            ends,
        )
    }

    /// A task; in JSONPath a task whose arguments can be selected.
    fn function(&mut self) -> Function {
        loop {
            let function = self.of(TASKS);
            if !(self.path && ["gather", "constant"].contains(&function.0)) {
                return function;
            }
        }
    }

    /// A text with its holes filled.
    fn filled(&mut self, form: &str) -> String {
        let Some((before, rest)) = form.split_once('‹') else {
            return form.to_owned();
        };
        let (kind, after) = rest.split_once('›').unwrap_or((rest, ""));
        let value = self.expression(&Kind::read(kind));
        format!("{before}{value}{after}")
    }

    /// The rest of a state that may fail: its transition, its retriers and its catchers. `bound`
    /// are the variables that it binds.
    #[allow(
        clippy::too_many_arguments,
        reason = "both halves of a state, and what it binds"
    )]
    pub(super) fn last(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        head: &str,
        text: &str,
        before: &str,
        bound: &[usize],
        errors: &std::collections::BTreeSet<ErrorType>,
        ends: bool,
    ) -> (String, String) {
        let (transition, after, success) = if ends {
            let kind = scope.wanted.result.clone();
            let value = self.expression(&kind);
            (
                format!("end {value};"),
                format!("let __v: {} = {value}; Ok(__v)", kind.rust(false)),
                "Ok(__v) => return Ok(__v),",
            )
        } else {
            let to = self.edge(scope, here.with(bound));
            (
                format!("next {to};"),
                format!("{}Ok({to})", scope.set(bound)),
                "Ok(__to) => { __at = __to; break; }",
            )
        };
        let failing = self.failing(scope, here, errors, head.starts_with("task"), !ends);
        (
            format!("{head} {{ {text}{}{transition} }}", failing.text),
            format!(
                "let mut __retries = Retries::new({}); loop {{ let __attempt = __retries.attempt; \
                 let __end = __sim.eval(|__sim| {{ {before}{after} }}); \
                 let __f = match __end {{ {success} Err(__f) => __f }}; \
                 if __retries.again(__sim, &__f, &[{}]) {{ continue; }} \
                 match __f {{ {} __f => return Err(__f), }} }}",
                failing.retrier_count, failing.retriers, failing.arms
            ),
        )
    }
}
