//! Choice states: rules, and patterns.

use super::super::kind::Kind;
use super::scope::{Flow, Here, Scope};

/// The kinds that are matched.
const SUBJECTS: &[&str] = &[
    "?I", "?I", "?T", "?S", "I", "Z", "Z", "T", "(B,?I)", "(I,T)", "S", "B", "?(I,T)", "(?I,Z)",
    "?Z",
];

/// Those of a path.
const PATH_SUBJECTS: &[&str] = &["I", "I", "B", "T", "Z"];

impl Flow<'_> {
    pub(super) fn choice(&mut self, scope: &mut Scope<'_>, here: &Here) -> (String, String) {
        let loops = scope.loops(here);
        if loops.is_empty() && self.once_in(2) {
            return self.matching(scope, here);
        }
        self.rule("choice");
        let (mut text, mut rust) = (String::new(), String::new());
        if !loops.is_empty() {
            let (counter, to) = self.of(&loops);
            self.rule(if to == here.at {
                "loop of one state"
            } else {
                "loop"
            });
            let counter = scope.variables[counter].clone();
            let (name, slot) = (counter.name, counter.slot);
            let most = 1 + self.number(3);
            let mut condition = format!("{name} < {most}");
            if self.once_in(2) {
                condition += &format!(" && ({})", self.condition());
            }
            let to = self.back(scope, to);
            text += &format!("when {condition} => {{ let {name} = {name} + 1; next {to}; }} ");
            rust +=
                &format!("if {condition} {{ __s{slot} = Some({name} + 1); return Ok({to}); }} ");
        }
        let count = self.of(&[1, 1, 2, 3]) - usize::from(!loops.is_empty());
        let names = self.grower.names.len();
        for _ in 0..count {
            let condition = self.condition();
            let (arm, same) = self.arm(scope, here, Vec::new());
            self.grower.names.truncate(names);
            text += &format!("when {condition} => {arm}; ");
            rust += &format!("if ({condition}) {{ return {same}; }} ");
        }
        if count > 0 && self.once_in(6) {
            self.rule("otherwise fail");
            text += "otherwise fail; ";
            rust += "Err(Failure::NoMatch)";
        } else {
            let (arm, same) = self.arm(scope, here, Vec::new());
            self.grower.names.truncate(names);
            text += &format!("otherwise => {arm}; ");
            rust += &same;
        }
        (
            format!("choice {} {{ {text}}}", here.name),
            format!("__at = __sim.eval(|__sim| {{ {rust} }})?;"),
        )
    }

    fn matching(&mut self, scope: &mut Scope<'_>, here: &Here) -> (String, String) {
        self.rule("choice by match");
        let kind = Kind::read(if self.path {
            self.of(PATH_SUBJECTS)
        } else {
            self.of(SUBJECTS)
        });
        let subject = if self.path {
            self.path_of(&kind)
        } else {
            self.expression(&kind)
        };
        let is_text = kind == Kind::One('T');
        let subject = if is_text {
            format!("({subject}).as_str()")
        } else if subject.contains('{') {
            format!("({subject})")
        } else {
            subject
        };
        let (mut text, mut rust) = (String::new(), String::new());
        let names = self.grower.names.len();
        let mut patterns: Vec<(String, Vec<usize>)> = Vec::new();
        let count = 1 + self.number(2);
        for _ in 0..count {
            let mut bound = Vec::new();
            let pattern = if is_text {
                self.of(&[
                    "\"a\"",
                    "\"\"",
                    "\"ab\" | \"b\"",
                    "\"中🚀\"",
                    "\"it's \\\"quoted\\\"\"",
                ])
                .to_owned()
            } else {
                self.pattern(scope, &kind, &mut bound)
            };
            patterns.push((pattern, bound));
        }
        let rest: &[&str] = match &kind {
            Kind::Option(_) => &["Some(_)", "None"],
            Kind::One('Z') => &["Size::Small", "Size::Boxed { .. }", "Size::Named(_)"],
            Kind::One('B') => &["true", "false"],
            _ => &["_"],
        };
        let rest = if self.once_in(2) { rest } else { &["_"] };
        let guarded = patterns.len();
        patterns.extend(
            rest.iter()
                .map(|pattern| ((*pattern).to_owned(), Vec::new())),
        );
        for (number, (pattern, bound)) in patterns.into_iter().enumerate() {
            let variables: Vec<_> = bound
                .iter()
                .map(|at| scope.variables[*at].clone())
                .collect();
            self.see(&variables);
            // A pattern that matches everything and has no guard would be the last one.
            let takes_all = !is_text
                && (pattern == "_"
                    || pattern == "(_, _)"
                    || !bound.is_empty() && !pattern.contains(['(', '{', '@']));
            let guard = if number < guarded && (takes_all || self.once_in(3)) {
                self.rule("guard");
                format!(" if ({})", self.condition())
            } else {
                String::new()
            };
            let (arm, same) = self.arm(scope, here, bound);
            self.grower.names.truncate(names);
            text += &format!("{pattern}{guard} => {arm}, ");
            rust += &format!("{pattern}{guard} => {same}, ");
        }
        (
            format!("choice {} {{ match {subject} {{ {text}}} }}", here.name),
            format!("__at = __sim.eval(|__sim| match {subject} {{ {rust} }})?;"),
        )
    }

    /// A path of JSONPath: a variable, or a field of the input.
    fn path_of(&mut self, kind: &Kind) -> String {
        loop {
            let text = self.grower.expression(kind, 0);
            let first = text.split('.').next().unwrap_or_default();
            if first == self.grower.input || self.grower.names.iter().any(|name| name.name == first)
            {
                return text;
            }
        }
    }

    /// A pattern, with the names that it binds.
    fn pattern(&mut self, scope: &mut Scope<'_>, kind: &Kind, bound: &mut Vec<usize>) -> String {
        let way = self.number(6);
        match kind {
            Kind::Option(_) if way == 0 => "None".to_owned(),
            Kind::Option(of) if way < 5 => format!("Some({})", self.pattern(scope, of, bound)),
            Kind::Pair(left, right) if way < 5 => {
                let left = self.pattern(scope, left, bound);
                let right = self.pattern(scope, right, bound);
                format!("({left}, {right})")
            }
            Kind::One('Z') if way < 5 => match self.number(3) {
                0 => "Size::Small".to_owned(),
                1 => format!(
                    "Size::Boxed {{ side: {} }}",
                    self.pattern(scope, &Kind::One('I'), bound)
                ),
                _ => format!(
                    "Size::Named({})",
                    self.pattern(scope, &Kind::One('T'), bound)
                ),
            },
            Kind::One('S') if way < 5 => {
                let fields: &[(&str, &str)] = self.of(&[
                    [("quantity", "I")].as_slice(),
                    &[("quantity", "I"), ("tags", "[T]")],
                    &[("rank", "?I"), ("quantity", "I"), ("name", "T")],
                ]);
                let mut parts = String::new();
                for (field, kind) in fields {
                    let pattern = self.pattern(scope, &Kind::read(kind), bound);
                    parts += &format!("{field}: {pattern}, ");
                }
                format!("Item {{ {parts}.. }}")
            }
            Kind::One('B') if way < 4 => self.of(&["true", "false"]).to_owned(),
            Kind::One('I') if way < 3 => self
                .of(&["0", "1 | 2", "..0", "0..=9", "3..", "-3", "7 | 10..=999"])
                .to_owned(),
            Kind::One('I') if way == 3 => {
                let name = self.binder(scope, kind, bound);
                let of = self.of(&["(1 | 7)", "0..=9", "..0", "999"]);
                format!("{name} @ {of}")
            }
            _ if self.once_in(4) => "_".to_owned(),
            _ => self.binder(scope, kind, bound).to_owned(),
        }
    }

    fn binder(
        &mut self,
        scope: &mut Scope<'_>,
        kind: &Kind,
        bound: &mut Vec<usize>,
    ) -> &'static str {
        self.rule("pattern that binds");
        let at = self.bound_variable(scope, kind, bound);
        bound.push(at);
        scope.variables[at].name
    }
}
