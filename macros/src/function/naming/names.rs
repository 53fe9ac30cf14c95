//! The variables of a function: each binding has a number, and gets its name at the end.
//!
//! Rust allows several bindings of one name; a workflow has one variable for each name. During the
//! translation the variable of a binding is `name__3`, with the binding's number. At the end the
//! first binding of a name gets the name itself, and the others `name_2`, `name_3`.

use super::final_names::FinalNames;
use crate::name::text;
use proc_macro2::Ident;
use quote::format_ident;
use std::collections::{HashMap, HashSet};

/// A binding of the function.
struct Binding {
    base: String,
    /// The variable of an earlier binding that it shares.
    same_as: Option<usize>,
    /// The number of the body that declares it.
    body: usize,
    /// The scopes that contain it, outermost first.
    scopes: Vec<usize>,
    /// For an error that an arm caught: the name of the state that failed.
    failed_state: Option<String>,
    /// What determines its type: bindings with the same text have the same type.
    type_source: Option<String>,
    /// Whether the source declares it with `mut`.
    is_mutable: bool,
}

/// The binding that a name in the source refers to.
#[derive(Clone, Copy)]
struct ScopeEntry {
    number: usize,
    /// The name is a mutable reference to the variable.
    is_reference: bool,
}

/// A name that the function can read at some point.
#[derive(Clone)]
pub(crate) struct Visible {
    pub(crate) ident: Ident,
    pub(crate) number: usize,
}

/// The bindings of a function, and the scopes at the current point.
pub(crate) struct Names {
    bindings: Vec<Binding>,
    scopes: Vec<(usize, HashMap<String, ScopeEntry>)>,
    scope_count: usize,
    /// The names of the function's parameters: the workflow's input, or a fragment's parameters.
    parameters: Vec<Ident>,
}

impl Names {
    pub(crate) fn new(parameters: Vec<Ident>) -> Names {
        Names {
            bindings: Vec::new(),
            scopes: vec![(0, HashMap::new())],
            scope_count: 1,
            parameters,
        }
    }

    pub(crate) fn open(&mut self) {
        self.scopes.push((self.scope_count, HashMap::new()));
        self.scope_count += 1;
    }

    pub(crate) fn close(&mut self) {
        self.scopes.pop();
    }

    /// The number of bindings so far.
    pub(crate) fn count(&self) -> usize {
        self.bindings.len()
    }

    /// Creates a binding, which is visible only after [`show`](Names::show).
    pub(crate) fn bind(&mut self, name: &Ident, body: usize) -> Ident {
        let number = self.bindings.len();
        let base = text(name).trim_start_matches('_').to_owned();
        let base = if base.is_empty() || base.starts_with(|c: char| c.is_ascii_digit()) {
            format!("unused{base}")
        } else {
            base
        };
        let ident = format_ident!("{}__{}", base, number, span = name.span());
        self.bindings.push(Binding {
            base,
            same_as: None,
            body,
            scopes: self.scopes.iter().map(|(scope, _)| *scope).collect(),
            failed_state: None,
            type_source: None,
            is_mutable: false,
        });
        ident
    }

    /// Makes a binding visible under its name in the source.
    pub(crate) fn show(&mut self, name: &Ident, bound: &Ident) {
        self.insert(name, bound, false);
    }

    /// Makes a name another one for a variable: a mutable reference to it.
    pub(crate) fn show_reference(&mut self, name: &Ident, variable: &Ident) {
        self.insert(name, variable, true);
    }

    fn insert(&mut self, name: &Ident, bound: &Ident, is_reference: bool) {
        if let (Some(number), Some((_, scope))) = (number_of(bound), self.scopes.last_mut()) {
            let entry = ScopeEntry {
                number,
                is_reference,
            };
            scope.insert(text(name), entry);
        }
    }

    fn entry(&self, name: &Ident) -> Option<ScopeEntry> {
        let wanted = text(name);
        let mut scopes = self.scopes.iter().rev();
        scopes.find_map(|(_, scope)| scope.get(&wanted)).copied()
    }

    /// Whether a name is a mutable reference to a variable.
    pub(crate) fn is_reference(&self, name: &Ident) -> bool {
        self.entry(name).is_some_and(|entry| entry.is_reference)
    }

    /// Records the names that a pattern declares with `mut`.
    pub(crate) fn mark_as_mutable(&mut self, bound: &Ident) {
        if let Some(binding) = number_of(bound).and_then(|number| self.bindings.get_mut(number)) {
            binding.is_mutable = true;
        }
    }

    /// Whether a name is a variable that is declared with `mut`.
    pub(crate) fn is_mutable(&self, name: &Ident) -> bool {
        let entry = self.entry(name);
        entry.is_some_and(|entry| self.bindings[entry.number].is_mutable)
    }

    pub(crate) fn declare(&mut self, name: &Ident, body: usize) -> Ident {
        let bound = self.bind(name, body);
        self.show(name, &bound);
        bound
    }

    pub(crate) fn mark_as_caught(&mut self, bound: &Ident, failed_state: &str) {
        if let Some(binding) = number_of(bound).and_then(|number| self.bindings.get_mut(number)) {
            binding.failed_state = Some(failed_state.to_owned());
        }
    }

    /// The state that failed with an error, if the name is that of a caught error.
    pub(crate) fn failed_state(&self, name: &Ident) -> Option<&str> {
        let found = self.find(name)?;
        self.bindings.get(found.number)?.failed_state.as_deref()
    }

    /// The variable that a name in the source refers to.
    pub(crate) fn find(&self, name: &Ident) -> Option<Visible> {
        let number = self.entry(name)?.number;
        let base = &self.bindings.get(number)?.base;
        Some(Visible {
            ident: format_ident!("{}__{}", base, number, span = name.span()),
            number,
        })
    }

    /// The number of the body that declares a binding.
    pub(crate) fn body_of(&self, number: usize) -> usize {
        self.bindings.get(number).map_or(0, |binding| binding.body)
    }

    pub(crate) fn is_parameter(&self, name: &Ident) -> bool {
        self.find(name).is_none() && self.parameters.contains(name)
    }

    /// Whether two variables may be one: they have the same name in the source, and never exist at
    /// the same time.
    pub(crate) fn may_share(&self, one: &Ident, other: &Ident) -> bool {
        let (Some(one), Some(other)) = (number_of(one), number_of(other)) else {
            return false;
        };
        self.are_disjoint(one, other)
    }

    fn are_disjoint(&self, one: usize, other: usize) -> bool {
        let (Some(a), Some(b)) = (self.bindings.get(one), self.bindings.get(other)) else {
            return false;
        };
        let contains = |outer: &Binding, inner: &Binding| inner.scopes.starts_with(&outer.scopes);
        a.base == b.base && a.body == b.body && !contains(a, b) && !contains(b, a)
    }

    /// Makes one variable of two bindings.
    pub(crate) fn share(&mut self, one: &Ident, with: &Ident) {
        if let (Some(one), Some(with)) = (number_of(one), number_of(with)) {
            let (one, with) = (self.root(one), self.root(with));
            if one != with
                && let Some(binding) = self.bindings.get_mut(one.max(with))
            {
                binding.same_as = Some(one.min(with));
            }
        }
    }

    /// A text with one name for bindings that share a variable.
    pub(crate) fn canonical(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut written = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            written.push_str(before);
            let known = word.rsplit_once("__").and_then(|(base, number)| {
                let number: usize = number.parse().ok()?;
                (self.bindings.get(number)?.base == base)
                    .then(|| format!("{base}__{}", self.root(number)))
            });
            written.push_str(known.as_deref().unwrap_or(word));
            rest = after;
        }
        written.push_str(rest);
        written
    }

    fn root(&self, mut number: usize) -> usize {
        while let Some(earlier) = self
            .bindings
            .get(number)
            .and_then(|binding| binding.same_as)
        {
            number = earlier;
        }
        number
    }

    /// Records what determines the type of a new binding.
    pub(crate) fn has_type_of(&mut self, bound: &Ident, source: String) {
        if let Some(binding) = number_of(bound).and_then(|number| self.bindings.get_mut(number)) {
            binding.type_source.get_or_insert(source);
        }
    }

    /// Makes one variable of bindings that have one name and one type, and never exist at the same
    /// time.
    fn share_equal_types(&mut self) {
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        for number in 0..self.bindings.len() {
            members.entry(self.root(number)).or_default().push(number);
        }
        let mut roots: Vec<usize> = members.keys().copied().collect();
        roots.sort_unstable();
        // The variables so far, by name and type, each with its bindings.
        let mut variables: HashMap<(String, String), Vec<Vec<usize>>> = HashMap::new();
        for root in roots {
            let binding = &self.bindings[root];
            let (Some(source), Some(own)) = (binding.type_source.clone(), members.remove(&root))
            else {
                continue;
            };
            let known = variables.entry((binding.base.clone(), source)).or_default();
            let fits = |variable: &&mut Vec<usize>| {
                let mut pairs = variable
                    .iter()
                    .flat_map(|one| own.iter().map(move |other| (*one, *other)));
                pairs.all(|(one, other)| self.are_disjoint(one, other))
            };
            match known.iter_mut().find(fits) {
                Some(variable) => {
                    let first = variable[0];
                    variable.extend(own);
                    self.bindings[root].same_as = Some(first);
                }
                None => known.push(own),
            }
        }
    }

    /// The final names of all variables.
    pub(crate) fn finish(mut self) -> FinalNames {
        self.share_equal_types();
        let mut taken: HashSet<String> = self.parameters.iter().map(text).collect();
        taken.extend(["task_token", "states"].map(str::to_owned));
        let mut names = HashMap::new();
        let mut of_roots: HashMap<usize, String> = HashMap::new();
        for (number, binding) in self.bindings.iter().enumerate() {
            let root = self.root(number);
            let name = match of_roots.get(&root) {
                Some(name) => name.clone(),
                None => {
                    let numbered = (2..).map(|count: usize| format!("{}_{count}", binding.base));
                    let mut all = std::iter::once(binding.base.clone()).chain(numbered);
                    let name = all.find(|name| !taken.contains(name)).unwrap_or_default();
                    taken.insert(name.clone());
                    of_roots.insert(root, name.clone());
                    name
                }
            };
            names.insert(format!("{}__{number}", binding.base), name);
        }
        FinalNames {
            names,
            with_underscore: true,
        }
    }
}

/// The number in a variable's name during the translation.
pub(super) fn number_of(ident: &Ident) -> Option<usize> {
    ident.to_string().rsplit_once("__")?.1.parse().ok()
}
