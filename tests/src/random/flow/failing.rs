//! Retriers and catchers.

use std::collections::BTreeSet;

use super::super::kind::Kind;
use super::scope::{ErrorType, Flow, Here, Scope};

/// Retriers and catchers of a state.
#[derive(Default)]
pub(super) struct Failing {
    /// The statements.
    pub(super) text: String,
    /// Items of a list of `Retrier`s.
    pub(super) retriers: String,
    pub(super) retrier_count: usize,
    /// Arms of a `match` on the failure.
    pub(super) arms: String,
}

/// The variants, with their names in the macro and in the Rust half.
fn variants(of: ErrorType) -> &'static [(&'static str, &'static str)] {
    match of {
        ErrorType::Check => &[
            (
                "CheckError::Negative { .. }",
                "Failure::Check(CheckError::Negative { .. })",
            ),
            ("CheckError::Seven", "Failure::Check(CheckError::Seven)"),
            (
                "CheckError::Busy { .. }",
                "Failure::Check(CheckError::Busy { .. })",
            ),
        ],
        ErrorType::Find => &[
            (
                "FindError::Missing(..)",
                "Failure::Find(FindError::Missing(..))",
            ),
            ("FindError::Away", "Failure::Find(FindError::Away)"),
            (
                "FindError::Inside(_)",
                "Failure::Find(FindError::Inside(_))",
            ),
        ],
    }
}

impl Flow<'_> {
    /// Grows retriers and catchers of a state with these errors inside.
    pub(super) fn failing(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        errors: &BTreeSet<ErrorType>,
        is_task: bool,
        may_catch: bool,
    ) -> Failing {
        let mut failing = Failing::default();
        let known: Vec<_> = errors
            .iter()
            .flat_map(|of| variants(*of))
            .copied()
            .collect();
        self.retriers(&known, &mut failing);
        let of_task: Vec<ErrorType> = errors.iter().copied().collect();
        if let (true, Some(of), true) = (
            may_catch,
            is_task.then(|| of_task.first()).flatten(),
            self.once_in(5),
        ) {
            self.every(scope, here, *of, &mut failing);
        } else if may_catch {
            self.catchers(scope, here, known, &mut failing);
        }
        failing
    }

    /// `catch { .. }` over all variants, of which `_` takes the last ones.
    fn every(&mut self, scope: &mut Scope<'_>, here: &Here, of: ErrorType, failing: &mut Failing) {
        self.rule("catch of each");
        let names = scope.visible(&here.entry);
        let mut arms = variants(of).to_vec();
        let wild = self.once_in(2);
        if wild {
            let left = 1 + self.number(arms.len() - 1);
            arms.truncate(left);
        }
        let mut text = String::new();
        for (pattern, rust) in arms {
            self.grower.names = names.clone();
            let mut bound = Vec::new();
            let (pattern, rust) = if self.once_in(2) && !self.path {
                self.fields(scope, pattern, rust, &mut bound)
            } else {
                (pattern.to_owned(), rust.to_owned())
            };
            text += &self.caught(scope, here, &pattern, &rust, bound, failing);
            text += ", ";
        }
        self.grower.names = names;
        if wild {
            text += &self.caught(scope, here, "_", "__f if __f.is_any()", Vec::new(), failing);
        }
        failing.text += &format!("catch {{ {text} }} ");
    }

    fn retriers(&mut self, known: &[(&str, &str)], failing: &mut Failing) {
        let mut left = known.to_vec();
        for _ in 0..self.of(&[0, 0, 1, 1, 2]) {
            let mut named = Vec::new();
            for _ in 0..self.of(&[1, 1, 2]) {
                if !left.is_empty() {
                    named.push(left.swap_remove(self.number(left.len())));
                }
            }
            if named.is_empty() {
                break;
            }
            let text: Vec<&str> = named.iter().map(|(text, _)| *text).collect();
            let rust: Vec<&str> = named.iter().map(|(_, rust)| *rust).collect();
            self.retrier(
                &text.join(" | "),
                &format!("matches!(__f, {})", rust.join(" | ")),
                failing,
            );
        }
        if self.once_in(6) {
            let name = self.of(&["States::ALL", "States::TaskFailed"]);
            self.retrier(name, "__f.is_any()", failing);
        }
    }

    fn retrier(&mut self, text: &str, takes: &str, failing: &mut Failing) {
        self.rule("retry");
        let (mut settings, mut interval, mut most, mut rate, mut longest) =
            (Vec::new(), "1", "3", "2.0", "None".to_owned());
        if self.once_in(2) {
            interval = self.of(&["1", "2", "5"]);
            settings.push(format!("interval: {interval}s"));
        }
        if !self.once_in(3) {
            most = self.of(&["0", "1", "1", "2", "4"]);
            settings.push(format!("max_attempts: {most}"));
        }
        if self.once_in(2) {
            rate = self.of(&["1.0", "1.5", "2.0", "3.0"]);
            settings.push(format!("backoff_rate: {rate}"));
        }
        if self.once_in(3) {
            let most = self.of(&["6", "7"]);
            longest = format!("Some({most}.0)");
            settings.push(format!("max_delay: {most}s"));
        }
        let settings = if settings.is_empty() {
            String::new()
        } else {
            format!(" ({})", settings.join(", "))
        };
        failing.text += &format!("retry {text}{settings}; ");
        failing.retriers += &format!(
            "Retrier {{ takes: |__f| {takes}, interval: {interval}.0, most: {most}, rate: {rate}, longest: {longest} }}, "
        );
        failing.retrier_count += 1;
    }

    fn catchers(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        mut left: Vec<(&'static str, &'static str)>,
        failing: &mut Failing,
    ) {
        let names = scope.visible(&here.entry);
        for _ in 0..self.of(&[0, 1, 1, 2, 3]) {
            if left.is_empty() {
                break;
            }
            let (text, rust) = left.swap_remove(self.number(left.len()));
            self.grower.names = names.clone();
            self.rule("catch");
            let mut bound = Vec::new();
            match self.number(4) {
                0 => self.catch_as(scope, here, text, &format!("__f @ {rust}"), true, failing),
                1 if !left.is_empty() => {
                    let (other, same) = left.swap_remove(self.number(left.len()));
                    self.rule("catch of two");
                    self.catcher(
                        scope,
                        here,
                        &format!("{text} | {other}"),
                        &format!("{rust} | {same}"),
                        bound,
                        failing,
                    );
                }
                2 | 3 if !self.path => {
                    let (text, rust) = self.fields(scope, text, rust, &mut bound);
                    self.catcher(scope, here, &text, &rust, bound, failing);
                }
                _ => self.catcher(scope, here, text, rust, bound, failing),
            }
        }
        if self.once_in(3) {
            self.grower.names = names.clone();
            let name = self.of(&["States::ALL", "States::ALL", "States::TaskFailed"]);
            self.rule("catch of all");
            if self.once_in(2) {
                self.catch_as(scope, here, name, "__f if __f.is_any()", false, failing);
            } else {
                self.catcher(
                    scope,
                    here,
                    name,
                    "__f if __f.is_any()",
                    Vec::new(),
                    failing,
                );
            }
        }
        self.grower.names = names;
    }

    fn catcher(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        text: &str,
        rust: &str,
        bound: Vec<usize>,
        failing: &mut Failing,
    ) {
        let arm = self.caught(scope, here, text, rust, bound, failing);
        failing.text += &format!("catch {arm}; ");
    }

    /// Returns an arm of a `catch`, and adds its Rust half.
    fn caught(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        text: &str,
        rust: &str,
        bound: Vec<usize>,
        failing: &mut Failing,
    ) -> String {
        let variables: Vec<_> = bound
            .iter()
            .map(|at| scope.variables[*at].clone())
            .collect();
        self.see(&variables);
        let (arm, same) = self.arm(scope, here, bound);
        failing.arms += &format!("{rust} => {{ __at = __sim.eval(|__sim| {same})?; break; }} ");
        format!("{text} => {arm}")
    }

    /// `catch .. as error`, which reads one of the error's texts.
    fn catch_as(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        text: &str,
        rust: &str,
        has_cause: bool,
        failing: &mut Failing,
    ) {
        self.rule("catch as");
        let mut bound = Vec::new();
        let error = self.variable(scope, &Kind::One('E'), &bound);
        bound.push(error);
        let read = self.variable(scope, &Kind::One('T'), &bound);
        bound.push(read);
        let (error, read) = (scope.variables[error].name, scope.variables[read].name);
        if self.path {
            bound.pop();
            let arm = self.edge(scope, here.with(&bound));
            failing.text += &format!("catch {text} as {error} => {arm}; ");
            failing.arms += &format!(
                "{rust} => {{ let {error} = __f.output(); {}__at = {arm}; break; }} ",
                scope.set(&bound)
            );
            return;
        }
        let field = if has_cause && self.once_in(2) {
            "cause"
        } else {
            "error"
        };
        let lets = format!("let {read}: String = {error}.{field}.clone().unwrap_or_default(); ");
        let to = self.edge(scope, here.with(&bound));
        failing.text += &format!("catch {text} as {error} => {{ {lets}next {to}; }} ");
        failing.arms += &format!(
            "{rust} => {{ __at = __sim.eval(|__sim| {{ let {error} = __f.output(); {lets}{}Ok({to}) }})?; break; }} ",
            scope.set(&bound)
        );
    }

    /// A variant with some of its fields.
    fn fields(
        &mut self,
        scope: &mut Scope<'_>,
        text: &str,
        rust: &str,
        bound: &mut Vec<usize>,
    ) -> (String, String) {
        let (path, fields): (&str, &[(&str, &str)]) = match text {
            "CheckError::Negative { .. }" => ("CheckError::Negative", &[("by", "I")]),
            "CheckError::Busy { .. }" => (
                "CheckError::Busy",
                &[("error", "T"), ("cause", "?I"), ("item", "S")],
            ),
            "FindError::Missing(..)" => ("FindError::Missing", &[("0", "T"), ("1", "[I]")]),
            _ => return (text.to_owned(), rust.to_owned()),
        };
        self.rule("catch with fields");
        let mut parts = Vec::new();
        let mut all = true;
        let is_tuple = path == "FindError::Missing";
        for (field, kind) in fields {
            if self.once_in(3) {
                all = false;
                if is_tuple {
                    parts.push("_".to_owned());
                }
                continue;
            }
            let kind = Kind::read(kind);
            // Its own name, unless another variable has it.
            let at = if !is_tuple && scope.is_free(field) && *field != self.grower.input {
                self.declare(scope, field, &kind)
            } else {
                self.bound_variable(scope, &kind, bound)
            };
            bound.push(at);
            let name = scope.variables[at].name;
            parts.push(if is_tuple || name == *field {
                name.to_owned()
            } else {
                format!("{field}: {name}")
            });
        }
        let pattern = if is_tuple {
            format!("{path}({})", parts.join(", "))
        } else {
            if !all {
                parts.push("..".to_owned());
            }
            format!("{path} {{ {} }}", parts.join(", "))
        };
        let of = if is_tuple { "Find" } else { "Check" };
        (pattern.clone(), format!("Failure::{of}({pattern})"))
    }
}
