//! Map and Parallel states.

use std::collections::BTreeSet;

use super::super::grow::Name;
use super::super::kind::Kind;
use super::scope::{Body, Flow, Here, Scope, Wanted};

/// Kinds of items.
const ITEMS: &[&str] = &["I", "I", "T", "S", "?I", "(I,T)", "[I]"];

/// Kinds of results of a body.
const RESULTS: &[&str] = &[
    "I", "I", "T", "B", "S", "?I", "?T", "Z", "(I,T)", "[I]", "F",
];

impl Flow<'_> {
    fn result(&mut self) -> Kind {
        Kind::read(if self.path {
            self.of(&["I", "I", "T", "B", "S", "Z", "[I]"])
        } else {
            self.of(RESULTS)
        })
    }

    fn item(&mut self) -> Kind {
        Kind::read(if self.path {
            self.of(&["I", "T", "S"])
        } else {
            self.of(ITEMS)
        })
    }

    pub(super) fn map(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        ends: bool,
    ) -> (String, String) {
        self.rule("map");
        let of = self.item();
        let list = Kind::List(Box::new(of.clone()));
        let items = self.expression(&list);
        let result = self.result();
        let item = loop {
            let name = self.grower.name();
            if scope.is_free(name) {
                break name;
            }
        };
        let body = self.body(scope, here, &result, Some((item, &of)));
        let (setting, most) = match self.number(5) {
            0 | 1 => ("max_concurrency 1; ", 1),
            2 => ("max_concurrency 2; ", 2),
            _ => ("", 40),
        };
        if most == 1 {
            self.rule("map of one at a time");
        }
        let typed = if self.once_in(3) {
            format!("{item}: {}", of.rust(false))
        } else {
            item.to_owned()
        };
        let each = format!(
            "for {typed} in {} {{ {}}}",
            in_parentheses(&items),
            body.text.replace('␤', " ")
        );
        let call = format!(
            "let __items: {} = {items}; let __c: Vec<{}> = __sim.map(__items, {most}, |__sim: &mut Sim, __item: {}| -> Out<{}> {{ let {item} = __item; {} }})?; ",
            list.rust(false),
            result.rust(false),
            of.rust(false),
            result.rust(false),
            body.rust
        );
        let mut bound = Vec::new();
        let (text, same) = if self.once_in(8) {
            (format!("{setting}{each}; "), call)
        } else {
            let at = self.variable(scope, &Kind::List(Box::new(result)), &bound);
            bound.push(at);
            let variable = scope.variables[at].clone();
            self.see(std::slice::from_ref(&variable));
            let name = variable.name;
            (
                format!("{setting}let {name} = {each}; "),
                format!("{call}let {name} = __c; "),
            )
        };
        self.behind(
            scope,
            here,
            &format!("map {}", here.name),
            text,
            same,
            bound,
            &body.errors,
            ends,
        )
    }

    pub(super) fn parallel(&mut self, scope: &mut Scope<'_>, here: &Here) -> (String, String) {
        self.rule("parallel");
        let count = self.of(&[1, 2, 2, 2, 3]);
        let (mut branches, mut rust, mut errors) = (String::new(), String::new(), BTreeSet::new());
        let mut kinds = Vec::new();
        rust += "let mut __branches = __sim.branches(); ";
        for number in 0..count {
            let result = self.result();
            let body = self.body(scope, here, &result, None);
            branches += &format!("branch {{ {}}} ", body.text.replace('␤', " "));
            rust += &format!(
                "let __b{number} = __branches.run(|__sim: &mut Sim| -> Out<{}> {{ {} }}); ",
                result.rust(false),
                body.rust
            );
            errors.extend(body.errors);
            kinds.push(result);
        }
        rust += "__branches.end()?; ";
        let mut bound = Vec::new();
        let text = match (self.number(4), kinds.as_slice()) {
            (0, _) => format!("{branches}; "),
            (1, [left, right]) => {
                self.rule("parallel as a tuple");
                let kind = Kind::Pair(Box::new(left.clone()), Box::new(right.clone()));
                let at = self.variable(scope, &kind, &bound);
                bound.push(at);
                let name = scope.variables[at].name;
                rust += &format!("let {name} = (__b0.unwrap(), __b1.unwrap()); ");
                format!("let {name} = {branches}; ")
            }
            _ => {
                let mut names = Vec::new();
                for (number, kind) in kinds.iter().enumerate() {
                    if count > 1 && self.once_in(5) {
                        names.push("_");
                        continue;
                    }
                    let at = self.variable(scope, kind, &bound);
                    bound.push(at);
                    let name = scope.variables[at].name;
                    names.push(name);
                    rust += &format!("let {name} = __b{number}.unwrap(); ");
                }
                let comma = if count == 1 { "," } else { "" };
                format!("let ({}{comma}) = {branches}; ", names.join(", "))
            }
        };
        let variables: Vec<_> = bound
            .iter()
            .map(|at| scope.variables[*at].clone())
            .collect();
        self.see(&variables);
        self.behind(
            scope,
            here,
            &format!("parallel {}", here.name),
            text,
            rust,
            bound,
            &errors,
            false,
        )
    }

    /// A scope inside of this one, with the same outer names.
    fn body(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        result: &Kind,
        item: Option<(&'static str, &Kind)>,
    ) -> Body {
        let names = self.grower.names.clone();
        let around = scope.inside(&here.entry);
        let wanted = Wanted {
            result: result.clone(),
            item: item.map(|(name, kind)| Name {
                name,
                kind: kind.clone(),
                references: 0,
            }),
            size: self.of(&[0, 0, 1, 2, 3]),
            depth: scope.wanted.depth + 1,
        };
        let body = self.scope(&around, &wanted);
        self.grower.names = names;
        scope.inner.extend(item.map(|(name, _)| name));
        scope.inner.extend(&body.names);
        scope.errors.extend(&body.errors);
        body
    }

    /// `let`s after the result, and the rest of the state.
    #[allow(
        clippy::too_many_arguments,
        reason = "both halves of a state, and what it binds"
    )]
    fn behind(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        head: &str,
        text: String,
        rust: String,
        mut bound: Vec<usize>,
        errors: &BTreeSet<super::scope::ErrorType>,
        ends: bool,
    ) -> (String, String) {
        let count = self.of(&[0, 0, 0, 1]);
        let (lets, same) = self.lets(scope, count, &mut bound);
        self.last(
            scope,
            here,
            head,
            &(text + &lets),
            &(rust + &same),
            &bound,
            errors,
            ends,
        )
    }
}

/// A list before a body needs parentheses if it ends in braces, as in Rust's `for`.
fn in_parentheses(text: &str) -> String {
    if text.contains('{') {
        format!("({text})")
    } else {
        text.to_owned()
    }
}
