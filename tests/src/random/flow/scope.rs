//! Grows the states of a workflow, of a branch or of the body of a map.

use std::collections::{BTreeMap, BTreeSet};

use super::super::grow::{Grower, KINDS, Name};
use super::super::kind::Kind;
use super::names::{STATES, TEXTS, VARIABLES};

/// The rules of values that JSONPath can compute.
pub(super) const PATH_VALUES: &[&str] = &[
    "format integer",
    "field name",
    "field quantity",
    "len",
    "add",
];

/// The kinds of values that JSONPath can select in the input; an option may be absent there.
pub(super) const PATH_KINDS: &[&str] = &[
    "I", "I", "T", "T", "B", "F", "L", "[I]", "[T]", "[S]", "[[I]]", "S", "Z", "(I,T)",
];

/// The rules of conditions that JSONPath can represent.
const PATH_CONDITIONS: &[&str] = &[
    "and",
    "or",
    "not",
    "less",
    "greater float",
    "equal large",
    "list is_empty",
];

/// The state that all scopes of a workflow share.
pub(super) struct Flow<'o> {
    pub(super) grower: Grower<'o>,
    /// Whether its states are JSONPath.
    pub(super) path: bool,
    /// Names of states, which are unique in a workflow.
    states: BTreeSet<String>,
    texts: BTreeSet<&'static str>,
    slots: usize,
    edges: usize,
}

/// A task's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ErrorType {
    Check,
    Find,
}

/// A variable of a scope.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Its number in the Rust half.
    pub(super) slot: usize,
    /// The state that sets it to 0, if it is a counter.
    pub(super) counts_from: Option<usize>,
}

/// An edge without a target.
pub(super) struct Open {
    edge: usize,
    assigned: BTreeSet<usize>,
}

/// The names that a scope reads from its outer scopes, and all names that they use.
#[derive(Default)]
pub(super) struct Around {
    pub(super) names: Vec<Name>,
    pub(super) taken: Vec<&'static str>,
}

/// The result, item, size and depth of a scope.
pub(super) struct Wanted {
    pub(super) result: Kind,
    /// The item of a map.
    pub(super) item: Option<Name>,
    pub(super) size: usize,
    pub(super) depth: usize,
}

/// A state that is written.
struct Written {
    name: String,
    text: String,
    rust: String,
    entry: BTreeSet<usize>,
}

/// Both halves of a scope.
pub(super) struct Body {
    pub(super) text: String,
    pub(super) rust: String,
    /// The errors of the tasks inside.
    pub(super) errors: BTreeSet<ErrorType>,
    /// The variables of this scope and of those inside.
    pub(super) names: Vec<&'static str>,
}

/// The scope that is grown.
pub(super) struct Scope<'a> {
    pub(super) around: &'a Around,
    pub(super) wanted: &'a Wanted,
    pub(super) variables: Vec<Variable>,
    pub(super) errors: BTreeSet<ErrorType>,
    /// The variables of the inner scopes, whose names this one does not use.
    pub(super) inner: Vec<&'static str>,
    states: Vec<Written>,
    open: Vec<Open>,
    targets: BTreeMap<usize, usize>,
}

/// The state that is written next: its number, its name, and the variables that are assigned before
/// it.
pub(super) struct Here {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) entry: BTreeSet<usize>,
}

impl<'o> Flow<'o> {
    pub(super) fn new(grower: Grower<'o>) -> Flow<'o> {
        Flow {
            grower,
            path: false,
            states: BTreeSet::new(),
            texts: BTreeSet::new(),
            slots: 0,
            edges: 0,
        }
    }

    pub(super) fn number(&mut self, below: usize) -> usize {
        self.grower.draw.number(below)
    }

    /// Returns `true` with a probability of 1 in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.number(times) == 0
    }

    pub(super) fn of<T: Clone>(&mut self, values: &[T]) -> T {
        self.grower.draw.of(values)
    }

    pub(super) fn rule(&mut self, rule: &'static str) {
        self.grower.rules.insert(rule);
    }

    pub(super) fn kind(&mut self) -> Kind {
        Kind::read(if self.path {
            self.of(PATH_KINDS)
        } else {
            self.of(KINDS)
        })
    }

    pub(super) fn expression(&mut self, kind: &Kind) -> String {
        let depth = self.of(&[0, 1, 1, 2]);
        self.grower.expression(kind, depth)
    }

    /// A condition of a choice.
    pub(super) fn condition(&mut self) -> String {
        let allows = self.grower.allows;
        if self.path {
            self.grower.allows = |rule| PATH_CONDITIONS.contains(&rule.name);
        }
        let condition = self.expression(&Kind::One('B'));
        self.grower.allows = allows;
        condition
    }

    /// The name of a state, with its attributes.
    fn state_name(&mut self) -> (String, String) {
        let mut name = self.of(STATES).to_owned();
        let mut number = 2;
        while !self.states.insert(name.clone()) {
            name = format!(
                "{}{number}",
                name.trim_start_matches("r#")
                    .trim_end_matches(|c: char| c.is_ascii_digit())
            );
            number += 1;
        }
        let text = self.of(TEXTS);
        if self.once_in(12) && self.texts.insert(text) {
            self.rule("named by a text");
            return (name, format!("#[name = {text:?}] "));
        }
        (name, String::new())
    }

    /// Grows a scope.
    pub(super) fn scope(&mut self, around: &Around, wanted: &Wanted) -> Body {
        let mut scope = Scope {
            around,
            wanted,
            variables: Vec::new(),
            errors: BTreeSet::new(),
            inner: Vec::new(),
            states: Vec::new(),
            open: Vec::new(),
            targets: BTreeMap::new(),
        };
        let entry = self.edge(&mut scope, BTreeSet::new());
        debug_assert!(!entry.is_empty());
        while !scope.open.is_empty() {
            self.next_state(&mut scope);
        }
        scope.finish()
    }

    /// Opens an edge; both halves name its target with this text.
    pub(super) fn edge(&mut self, scope: &mut Scope<'_>, assigned: BTreeSet<usize>) -> String {
        self.edges += 1;
        scope.open.push(Open {
            edge: self.edges,
            assigned,
        });
        format!("⟦{}⟧", self.edges)
    }

    /// An edge back to a state that is written.
    pub(super) fn back(&mut self, scope: &mut Scope<'_>, to: usize) -> String {
        self.edges += 1;
        scope.targets.insert(self.edges, to);
        format!("⟦{}⟧", self.edges)
    }

    fn next_state(&mut self, scope: &mut Scope<'_>) {
        let at = scope.states.len();
        let is_full = at >= scope.wanted.size;
        let ends = is_full || (at > 0 && scope.open.len() > 1 && self.once_in(3));
        // The last state receives all edges; other states receive some.
        let first = self.number(scope.open.len());
        let mut taken = vec![scope.open.swap_remove(first)];
        let mut rest = Vec::new();
        for open in std::mem::take(&mut scope.open) {
            if is_full || self.once_in(3) {
                taken.push(open);
            } else {
                rest.push(open);
            }
        }
        scope.open = rest;
        let ends = ends && (is_full || !scope.open.is_empty());
        let mut entry = taken[0].assigned.clone();
        for open in &taken {
            entry = entry.intersection(&open.assigned).copied().collect();
            scope.targets.insert(open.edge, at);
        }
        if taken.len() > 1 {
            self.rule("paths meet");
        }
        let (name, attributes) = self.state_name();
        let here = Here { at, name, entry };
        self.grower.names = scope.visible(&here.entry);
        let (text, rust) = if ends {
            self.ending(scope, &here)
        } else {
            self.going_on(scope, &here)
        };
        let reads = scope.reads(&here.entry, &rust);
        scope.states.push(Written {
            text: format!("{attributes}{text}"),
            rust: format!("{at} => {{ {reads}{rust} }}"),
            name: here.name,
            entry: here.entry,
        });
    }

    /// A state with a transition to other states.
    fn going_on(&mut self, scope: &mut Scope<'_>, here: &Here) -> (String, String) {
        let may_hold = scope.wanted.depth < 2 && !(here.at == 0 && scope.wanted.item.is_some());
        match self.number(20) {
            0..6 => self.pass(scope, here),
            6..11 => self.choice(scope, here),
            11..15 => self.task(scope, here, false),
            15 => self.wait(scope, here),
            16..18 if may_hold => self.map(scope, here, false),
            18..20 if may_hold => self.parallel(scope, here),
            _ => self.pass(scope, here),
        }
    }

    /// The name of a variable to bind in this state: an existing one of this kind, or a new one.
    /// `bound` are the variables that are already bound.
    pub(super) fn variable(
        &mut self,
        scope: &mut Scope<'_>,
        kind: &Kind,
        bound: &[usize],
    ) -> usize {
        let known: Vec<usize> = (0..scope.variables.len())
            .filter(|at| {
                let variable = &scope.variables[*at];
                variable.kind == *kind && variable.counts_from.is_none() && !bound.contains(at)
            })
            .collect();
        if !known.is_empty() && self.number(5) < 2 {
            self.rule("assign again");
            return self.of(&known);
        }
        let name = loop {
            let name = if self.once_in(4) {
                self.of(VARIABLES)
            } else {
                self.grower.name()
            };
            if name != self.grower.input && scope.is_free(name) {
                break name;
            }
        };
        self.declare(scope, name, kind)
    }

    /// A variable that a pattern binds: in Rust a constant begins with a capital, and the macro
    /// treats such a name as a constant.
    pub(super) fn bound_variable(
        &mut self,
        scope: &mut Scope<'_>,
        kind: &Kind,
        bound: &[usize],
    ) -> usize {
        let at = self.variable(scope, kind, bound);
        if !scope.variables[at].name.starts_with(char::is_uppercase) {
            return at;
        }
        loop {
            let name = self.grower.name();
            if scope.is_free(name) {
                return self.declare(scope, name, kind);
            }
        }
    }

    /// A new variable.
    pub(super) fn declare(
        &mut self,
        scope: &mut Scope<'_>,
        name: &'static str,
        kind: &Kind,
    ) -> usize {
        self.slots += 1;
        scope.variables.push(Variable {
            name,
            kind: kind.clone(),
            slot: self.slots,
            counts_from: None,
        });
        scope.variables.len() - 1
    }

    /// Some `let`s, which later ones and the transition can read: both halves, and the variables in
    /// `bound`.
    pub(super) fn lets(
        &mut self,
        scope: &mut Scope<'_>,
        count: usize,
        bound: &mut Vec<usize>,
    ) -> (String, String) {
        let (mut text, mut rust) = (String::new(), String::new());
        for _ in 0..count {
            let pair = !self.path && self.once_in(8);
            let kind = if pair {
                Kind::read(self.of(&["(I,T)", "(I,T)", "(I,[I])", "(?I,B)"]))
            } else {
                self.kind()
            };
            let value = self.expression(&kind);
            if let (true, Kind::Pair(left, right)) = (pair, &kind) {
                self.rule("let of a tuple");
                let left = self.variable(scope, left, bound);
                bound.push(left);
                let right = self.variable(scope, right, bound);
                bound.push(right);
                let (left, right) = (&scope.variables[left], &scope.variables[right]);
                let binding = format!(
                    "let ({}, {}): {} = {value}; ",
                    left.name,
                    right.name,
                    kind.rust(false)
                );
                text += &binding;
                rust += &binding;
                self.see(&[left.clone(), right.clone()]);
                continue;
            }
            let at = self.variable(scope, &kind, bound);
            bound.push(at);
            let variable = scope.variables[at].clone();
            let (name, of) = (variable.name, kind.rust(false));
            rust += &format!("let {name}: {of} = {value}; ");
            text += &if self.once_in(4) {
                format!("let {name} = {value}; ")
            } else {
                format!("let {name}: {of} = {value}; ")
            };
            self.see(&[variable]);
        }
        (text, rust)
    }

    /// Expressions from here on can read these variables.
    pub(super) fn see(&mut self, variables: &[Variable]) {
        for variable in variables {
            self.grower.names.push(Name {
                name: variable.name,
                kind: variable.kind.clone(),
                references: 0,
            });
        }
    }
}

impl Scope<'_> {
    /// Whether no other edge is open, so that the state that is written now returns the result of
    /// the scope.
    pub(super) fn is_last(&self) -> bool {
        self.open.is_empty()
    }

    /// The names that a state can read before it binds any.
    pub(super) fn visible(&self, assigned: &BTreeSet<usize>) -> Vec<Name> {
        let mut names = self.around.names.clone();
        names.extend(self.wanted.item.clone());
        // The fields of an error are read in its catch.
        let values = assigned.iter().map(|at| &self.variables[*at]);
        let values = values.filter(|variable| variable.kind != Kind::One('E'));
        names.extend(values.map(|variable| Name {
            name: variable.name,
            kind: variable.kind.clone(),
            references: 0,
        }));
        names
    }

    /// The names that the inner scopes can read.
    pub(super) fn inside(&self, assigned: &BTreeSet<usize>) -> Around {
        let mut taken = self.around.taken.clone();
        taken.extend(self.variables.iter().map(|variable| variable.name));
        taken.extend(self.wanted.item.iter().map(|item| item.name));
        Around {
            names: self.visible(assigned),
            taken,
        }
    }

    pub(super) fn is_free(&self, name: &str) -> bool {
        let is = |other: &str| other == name;
        // AWS reserves `$states`.
        name != "states"
            && !self
                .around
                .taken
                .iter()
                .chain(&self.inner)
                .any(|other| is(other))
            && !self.wanted.item.iter().any(|item| is(item.name))
            && !self.variables.iter().any(|variable| is(variable.name))
    }

    /// The statements that set the slots of these variables.
    pub(super) fn set(&self, bound: &[usize]) -> String {
        bound
            .iter()
            .map(|at| {
                let variable = &self.variables[*at];
                format!("__s{} = Some({}); ", variable.slot, variable.name)
            })
            .collect()
    }

    /// The slots of the variables that a state reads, under their names.
    fn reads(&self, entry: &BTreeSet<usize>, rust: &str) -> String {
        entry
            .iter()
            .map(|at| &self.variables[*at])
            .filter(|variable| rust.contains(variable.name.trim_start_matches("r#")))
            .map(|variable| {
                format!(
                    "let {}: {} = __s{}.clone().unwrap(); ",
                    variable.name,
                    variable.kind.rust(false),
                    variable.slot
                )
            })
            .collect()
    }

    /// Counters that bound an edge to an earlier state, each with that state.
    pub(super) fn loops(&self, here: &Here) -> Vec<(usize, usize)> {
        let mut loops = Vec::new();
        for counter in &here.entry {
            let Some(from) = self.variables[*counter].counts_from else {
                continue;
            };
            for to in from + 1..=here.at {
                let entry = self
                    .states
                    .get(to)
                    .map_or(&here.entry, |state| &state.entry);
                if entry.is_subset(&here.entry) {
                    loops.push((*counter, to));
                }
            }
        }
        loops
    }

    fn finish(self) -> Body {
        let mut text: String = self
            .states
            .iter()
            .map(|state| format!("{}␤", state.text))
            .collect();
        let mut rust = String::new();
        for variable in &self.variables {
            rust += &format!(
                "let mut __s{}: Option<{}> = None; ",
                variable.slot,
                variable.kind.rust(false)
            );
        }
        rust += "let mut __at = 0usize; loop { __sim.step()?; match __at { ";
        for state in &self.states {
            rust += &state.rust;
        }
        rust += " _ => unreachable!() } }";
        for (edge, target) in &self.targets {
            let marker = format!("⟦{edge}⟧");
            text = text.replace(&marker, &self.states[*target].name);
            rust = rust.replace(&marker, &target.to_string());
        }
        let own = self.variables.iter().map(|variable| variable.name);
        Body {
            text,
            rust,
            errors: self.errors,
            names: own.chain(self.inner).collect(),
        }
    }
}
