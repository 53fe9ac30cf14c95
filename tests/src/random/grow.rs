//! Grows expressions.

use std::collections::BTreeSet;

use super::decimals;
use super::draw::Draw;
use super::kind::Kind;
use super::names::{NAMES, OWN, PLAIN};
use super::own;
use super::rules::{LEAVES, RULES, Rule};

/// The options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The same seed produces the same expressions.
    pub seed: u64,
    /// The number of expressions.
    pub count: usize,
    /// Whether names do not collide with anything.
    pub plain_names: bool,
}

/// A name that an expression can read.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The number of references to the value.
    pub(super) references: usize,
}

/// The values of a variable, in the order of its states.
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) first: Option<String>,
    pub(super) then: Option<String>,
}

/// An expression with its variables.
pub(super) struct Grown {
    pub(super) variables: Vec<Variable>,
    pub(super) kind: Kind,
    pub(super) text: String,
    /// The rules that made it.
    pub(super) rules: BTreeSet<&'static str>,
    /// The definitions in the scope of its module.
    pub(super) scopes: BTreeSet<&'static str>,
    /// Whether the workflow is JSONPath.
    pub(super) is_path: bool,
}

/// The kinds of variables and results.
pub(super) const KINDS: &[&str] = &[
    "I", "I", "T", "T", "B", "F", "L", "N", "?I", "?I", "?T", "?S", "[I]", "[I]", "[T]", "[S]",
    "[[I]]", "[?I]", "S", "(I,T)", "[(I,T)]", "[(N,I)]", "Z", "?[I]", "?(I,T)",
];

/// The kinds of variables and results with decimals.
const DECIMAL_KINDS: &[&str] = &["D", "D", "D", "?D", "[D]", "(D,D)", "B", "T"];

/// The kinds of results of workflows of JSONPath.
const PATH_KINDS: &[&str] = &[
    "B",
    "B",
    "I",
    "T",
    "[I]",
    "[T]",
    "[[I]]",
    "[[I]]",
    "[[T]]",
    "[[[I]]]",
    "[?I]",
    "S",
    "[S]",
    "(I,T)",
    "(I,[I])",
    "[(I,T)]",
    "([I],[T])",
    "[[(I,T)]]",
    "(T,(I,[T]))",
    "?[I]",
    "Z",
    "[Z]",
    "[[a]]",
    "(c,[p])",
    "[b]",
    "d",
    "[d]",
    "g",
    "[g]",
    "j",
    "l",
    "[l]",
    "w",
    "[[c]]",
    "?[[I]]",
];

pub(super) struct Grower<'o> {
    options: &'o Options,
    pub(super) draw: Draw,
    /// The names that the next expression can read.
    pub(super) names: Vec<Name>,
    /// The rules that were used.
    pub(super) rules: BTreeSet<&'static str>,
    scopes: BTreeSet<&'static str>,
    is_path: bool,
    /// The name of the input.
    pub(super) input: &'static str,
    /// Whether literals have their types, so that rustc need not infer them.
    pub(super) typed: bool,
    /// The allowed rules.
    pub(super) allows: fn(&Rule) -> bool,
    /// Whether there are types and definitions of the user.
    pub(super) has_own: bool,
    /// Whether the expression computes with decimals.
    has_decimals: bool,
}

impl<'o> Grower<'o> {
    /// The grower of one expression.
    pub(super) fn new(options: &'o Options, number: usize) -> Grower<'o> {
        Grower {
            options,
            draw: Draw(options.seed.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ ((number as u64) << 20)),
            names: Vec::new(),
            rules: BTreeSet::new(),
            scopes: BTreeSet::new(),
            is_path: false,
            input: "i",
            typed: false,
            allows: |_| true,
            has_own: true,
            has_decimals: false,
        }
    }

    /// The kind of a variable or a result.
    fn kind(&mut self) -> Kind {
        let kinds = if self.is_path {
            PATH_KINDS
        } else if self.has_decimals {
            DECIMAL_KINDS
        } else if self.draw.number(3) == 0 {
            own::KINDS
        } else {
            KINDS
        };
        Kind::read(self.draw.of(kinds))
    }

    /// A name of a variable, parameter or pattern that differs from the input's name.
    pub(super) fn name(&mut self) -> &'static str {
        loop {
            let own = self.draw.number(2) == 0;
            let names = if self.options.plain_names {
                PLAIN
            } else if own {
                OWN
            } else {
                &NAMES
            };
            let name = self.draw.of(names);
            if name != self.input {
                return name;
            }
        }
    }

    /// Grows one expression with its variables.
    pub(super) fn grow(mut self) -> Grown {
        self.is_path = self.draw.number(6) == 0;
        self.has_decimals = !self.is_path && self.draw.number(5) == 0;
        if self.draw.number(8) == 0 {
            for _ in 0..self.draw.of(&[1, 1, 2]) {
                let scope = self.draw.of(own::SCOPES);
                self.scopes.insert(scope);
            }
        }
        let mut variables: Vec<Variable> = Vec::new();
        for _ in 0..self.draw.of(&[0, 0, 1, 1, 2, 3]) {
            let name = self.name();
            if variables.iter().all(|variable| variable.name != name) {
                let variable = self.variable(name);
                variables.push(variable);
            }
        }
        for Variable { name, kind, .. } in &variables {
            let kind = kind.clone();
            self.names.push(Name {
                name,
                kind,
                references: 0,
            });
        }
        let kind = self.kind();
        let depth = self.draw.of(&[1, 1, 2, 2, 3]);
        let text = self.expression(&kind, depth);
        Grown {
            variables,
            kind,
            text,
            rules: self.rules,
            scopes: self.scopes,
            is_path: self.is_path,
        }
    }

    /// A variable: bound to a value without a type (`None`, `[]`, a literal, a conversion), to a
    /// typed value, or first to one and then to the other.
    fn variable(&mut self, name: &'static str) -> Variable {
        let kind = self.kind();
        let bare = match &kind {
            Kind::Option(_) => Some(("starts as None", "None")),
            Kind::List(_) => Some(("starts as []", self.draw.of(&["vec![]", "Vec::new()"]))),
            Kind::One('I') => Some(("starts as a literal", "5")),
            Kind::One('T') => Some(("starts as a literal", "String::new()")),
            Kind::One('F') => Some(("starts as a conversion", "i.a.into()")),
            Kind::One('L') => Some(("starts as a conversion", "i.b.into()")),
            _ => None,
        };
        let way = self.draw.number(3);
        let first = bare.filter(|_| way != 0).map(|(rule, text)| {
            self.rules.insert(rule);
            text.to_owned()
        });
        let then = (way != 1 || first.is_none()).then(|| {
            let depth = self.draw.number(2);
            self.expression(&kind, depth)
        });
        Variable {
            name,
            kind,
            first,
            then,
        }
    }

    pub(super) fn expression(&mut self, kind: &Kind, depth: usize) -> String {
        let leaf =
            depth == 0 || self.draw.number(6) == 0 || (self.sees(kind) && self.draw.number(3) == 0);
        if leaf && let Some(leaf) = self.leaf(kind) {
            return leaf;
        }
        let (is_path, has_own, has_decimals) = (self.is_path, self.has_own, self.has_decimals);
        let rules: Vec<&Rule> = RULES
            .iter()
            .chain(own::RULES.iter().filter(|_| has_own))
            .chain(decimals::RULES.iter().filter(|_| has_decimals))
            .filter(|rule| !is_path || own::PATHS.contains(&rule.name) || is_constructor(rule))
            .filter(|rule| {
                let mut bound = Vec::new();
                kind.fits(&Kind::read(rule.kind), &mut bound)
                    && !(rule.text.contains("?A")
                        && bound.iter().any(|(letter, kind)| {
                            *letter == 'A' && matches!(kind, Kind::Option(_))
                        }))
            })
            // If no leaf exists, only constructors of simpler kinds end.
            .filter(|rule| depth > 0 || is_constructor(rule))
            .filter(|rule| (self.allows)(rule) || (is_constructor(rule) && !has_leaf(kind)))
            .collect();
        if rules.is_empty() {
            let leaf = self.leaf(kind);
            return leaf.unwrap_or_else(|| panic!("nothing makes a `{}`", kind.rust(false)));
        }
        // Rules of this kind are rarer than rules of any kind, and more interesting.
        let own: Vec<&Rule> = rules
            .iter()
            .copied()
            .filter(|rule| rule.kind != "A")
            .collect();
        let rule = if !own.is_empty() && (rules.is_empty() || self.draw.number(3) > 0) {
            self.draw.of(&own)
        } else if rules.is_empty() {
            // JSONPath has only leaves of this kind.
            return self.leaf(kind).unwrap_or_else(|| "todo!()".to_owned());
        } else {
            self.draw.of(&rules)
        };
        self.rules.insert(rule.name);
        if !rule.scope.is_empty() {
            self.scopes.insert(rule.scope);
        }
        self.write(rule, kind, depth.saturating_sub(1))
    }

    fn sees(&self, kind: &Kind) -> bool {
        self.names.iter().any(|name| name.kind == *kind)
    }

    /// A leaf: a visible name, a field or a literal.
    fn leaf(&mut self, kind: &Kind) -> Option<String> {
        let seen: Vec<Name> = self
            .names
            .iter()
            .enumerate()
            .filter(|(at, name)| {
                name.kind == *kind
                    && !self.names[at + 1..]
                        .iter()
                        .any(|later| later.name == name.name)
            })
            .map(|(_, name)| name.clone())
            .collect();
        if !seen.is_empty() && self.draw.number(4) > 0 {
            let name = &seen[self.draw.number(seen.len())];
            return Some(match (kind.is_copy(), name.references) {
                (true, references) => "*".repeat(references) + name.name,
                (false, 2) => format!("(*{}).clone()", name.name),
                (false, _) => format!("{}.clone()", name.name),
            });
        }
        // JSONPath fails on an option that is absent.
        if self.is_path && matches!(kind, Kind::Option(_)) {
            return None;
        }
        let leaves = LEAVES
            .iter()
            .chain(own::LEAVES)
            .chain(decimals::LEAVES)
            .find(|(of, _)| Kind::read(of) == *kind)?;
        let leaf = self.draw.of(leaves.1);
        if let (true, Kind::One(letter @ ('I' | 'F'))) = (self.typed, kind) {
            let leaf = typed_literal(leaf.to_owned(), *letter);
            return Some(match leaf.strip_prefix("i.") {
                Some(field) => format!("{}.{field}", self.input),
                None => leaf,
            });
        }
        Some(match leaf.strip_prefix("i.") {
            Some(field) => format!("{}.{field}", self.input),
            None => leaf.to_owned(),
        })
    }

    fn write(&mut self, rule: &Rule, kind: &Kind, depth: usize) -> String {
        let mut bound = Vec::new();
        let fits = kind.fits(&Kind::read(rule.kind), &mut bound);
        debug_assert!(fits, "{} gives {kind:?}", rule.name);
        let outer = self.names.len();
        let mut out = String::new();
        let mut scopes = Vec::new();
        let mut hidden = Vec::new();
        let mut rest = rule.text;
        while let Some((before, after)) = rest.split_once('‹') {
            out.push_str(before);
            let (hole, after) = after.split_once('›').expect("a hole ends");
            rest = after;
            if hole == "/" {
                self.names.truncate(scopes.pop().unwrap_or(outer));
                continue;
            }
            if hole == "+" {
                self.names.append(&mut hidden);
                continue;
            }
            if let Some(of) = hole.strip_prefix(':') {
                let kind = self.filled(rule, of, &mut bound);
                scopes.push(self.names.len());
                let name = self.fresh(outer);
                hidden.push(Name {
                    name,
                    kind,
                    references: 0,
                });
                out.push_str(name);
                continue;
            }
            if let Some(new) = hole.strip_prefix('=') {
                let of = new.trim_start_matches('&');
                let references = new.len() - of.len();
                let kind = self.filled(rule, of, &mut bound);
                scopes.push(self.names.len());
                let name = self.fresh(outer);
                self.names.push(Name {
                    name,
                    kind,
                    references,
                });
                out.push_str(name);
                continue;
            }
            let of = hole.trim_start_matches(['~', '&', '.']);
            let kind = self.filled(rule, of, &mut bound);
            let text = self.expression(&kind, depth);
            let text = match hole.chars().next() {
                Some('&') => text
                    .strip_suffix(".clone()")
                    .map(str::to_owned)
                    .unwrap_or(text),
                Some('.') => of_reference(&text).to_owned(),
                _ => text,
            };
            let text = match (&kind, rest.starts_with('.')) {
                (Kind::One(letter @ ('I' | 'F')), true) => typed_literal(text, *letter),
                _ => text,
            };
            if hole.starts_with('~') || is_atom(&text) {
                out.push_str(&text);
            } else {
                out.push('(');
                out.push_str(&text);
                out.push(')');
            }
        }
        out.push_str(rest);
        self.names.truncate(outer);
        out
    }

    /// A name that is unique in its pattern.
    fn fresh(&mut self, outer: usize) -> &'static str {
        loop {
            let name = self.name();
            if self.names[outer..].iter().all(|other| other.name != name) {
                return name;
            }
        }
    }

    fn filled(&mut self, rule: &Rule, text: &str, bound: &mut Vec<(char, Kind)>) -> Kind {
        let pattern = Kind::read(text);
        let outer = pattern.depth();
        // JSON has one null: an option of an option cannot be represented.
        let of_option = |letter| rule.text.contains(&format!("?{letter}"));
        pattern.filled(bound, &mut |letter| match letter {
            // Mostly of a kind that a visible name has, so that names are used.
            'A' | 'C' if outer < 2 && !self.names.is_empty() && self.draw.number(2) == 0 => {
                let at = self.draw.number(self.names.len());
                let kind = self.names[at].kind.clone();
                match kind {
                    Kind::Option(_) if of_option(letter) => Kind::One('I'),
                    kind if kind.depth() > 1 => Kind::One('T'),
                    kind => kind,
                }
            }
            _ if of_option(letter) => {
                Kind::read(self.draw.of(&["I", "T", "S", "[I]", "(I,T)", "B"]))
            }
            'O' => Kind::One(self.draw.of(&['I', 'T'])),
            _ if outer > 1 => Kind::One(self.draw.of(&['I', 'T'])),
            _ if self.has_own && !self.is_path && self.draw.number(4) == 0 => {
                Kind::read(self.draw.of(own::KINDS))
            }
            _ => Kind::read(
                self.draw
                    .of(&["I", "I", "T", "T", "S", "[I]", "?I", "(I,T)", "B"]),
            ),
        })
    }
}

/// Whether a value of this kind is a field or a literal.
fn has_leaf(kind: &Kind) -> bool {
    LEAVES.iter().any(|(of, _)| Kind::read(of) == *kind)
}

/// Whether a rule builds its value from parts of simpler kinds.
fn is_constructor(rule: &Rule) -> bool {
    matches!(
        rule.name,
        "Some"
            | "vec"
            | "vec of one"
            | "tuple"
            | "variant"
            | "i64::from"
            | "start"
            | "part"
            | "name"
            | "plain"
            | "name map"
            | "nested lists"
    )
}

/// A literal whose method is called needs its type.
fn typed_literal(text: String, letter: char) -> String {
    let number = text.trim_start_matches('(').trim_end_matches(')');
    if number.parse::<f64>().is_err() {
        return text;
    }
    let suffix = if letter == 'I' { "_i32" } else { "_f64" };
    match text.strip_suffix(')') {
        Some(open) => format!("{open}{suffix})"),
        None => text + suffix,
    }
}

/// Whether an operator or a method may follow a text without parentheses.
fn is_atom(text: &str) -> bool {
    if text.starts_with(['-', '!', '*', '&']) {
        return false;
    }
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ' ' if depth == 0 => return false,
            _ => {}
        }
    }
    true
}

/// A name without the leading `*`.
fn of_reference(text: &str) -> &str {
    let name = text.trim_start_matches('*');
    let is_name = name
        .chars()
        .all(|letter| letter.is_alphanumeric() || "_#".contains(letter));
    if is_name { name } else { text }
}
