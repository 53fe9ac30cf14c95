//! What the names in an expression stand for.

use super::earlier::computed_twice;
use super::expression::Resolver;
use crate::machine::{ItemRead, LetBinding, Term, VariableRead, is_bound};
use crate::name::identifier;
use proc_macro2::{Ident, Span};
use syn::Path;
use syn::ext::IdentExt;

impl Resolver<'_> {
    /// Whether a name is a value of the workflow.
    pub(super) fn is_known(&self, name: &Ident) -> bool {
        let text = name.unraw().to_string();
        let machine = self.machine;
        let mut parameters = machine.workflow.parameters();
        let mut scopes = machine
            .scopes_around(machine.states[self.state].scope)
            .map(|scope| &machine.scopes[scope]);
        self.locals.iter().any(|local| local.name == text)
            || scopes.any(|scope| {
                let item = scope.item.as_ref().is_some_and(|item| item.unraw() == text);
                item || scope.variables.contains_key(&text)
            })
            || parameters.any(|(parameter, _)| parameter.unraw() == text)
    }

    pub(super) fn path(&mut self, path: &Path) -> Term {
        let Some(name) = path.get_ident() else {
            return self.constant(path);
        };
        if name == "None" {
            return Term::None;
        }
        if let Some(value) = self.name(name) {
            return value;
        }
        let beside = if is_bound(name) {
            self.visible()
        } else {
            Vec::new()
        };
        Term::Constant(path.clone(), beside)
    }

    /// What a single name stands for; `None` for a constant of the user's.
    pub(super) fn name(&mut self, name: &Ident) -> Option<Term> {
        let text = name.unraw().to_string();
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == text) {
            let value = local.value.clone();
            if let Some(earlier) = computed_twice(&value) {
                let name_of = &earlier.name;
                self.refuse(
                    name.span(),
                    format!(
                        "`{name_of}` is another value each time that it is computed, and the variables of a state are computed \
                         apart: read it in the next state"
                    ),
                );
            }
            self.local_reads.insert(text);
            return Some(value);
        }
        if text == "task_token" && self.task_token {
            return Some(Term::TaskToken);
        }
        let home = self.machine.states[self.state].scope;
        for index in self.machine.scopes_around(home) {
            let scope = &self.machine.scopes[index];
            if let Some(variable) = scope.variables.get(&text) {
                self.reads.push(VariableRead {
                    variable: *variable,
                    state: self.state,
                    span: name.span(),
                    expression: self.expression,
                });
                self.handed(&text, Some(index), name.span(), false);
                return Some(Term::Variable(text));
            }
            if scope.has_item(name) {
                let state = self.handed(&text, Some(index), name.span(), false);
                self.item_reads.push(ItemRead {
                    name: text.clone(),
                    scope: index,
                    state,
                    span: name.span(),
                    expression: self.expression,
                    in_text: false,
                });
                return Some(Term::Item(text));
            }
        }
        if let Some((parameter, _)) = &self.machine.workflow.parameter
            && parameter == name
        {
            self.handed(&text, None, name.span(), false);
            return Some(Term::Parameter);
        }
        let mut parameters = self.machine.workflow.fragment.iter().flatten();
        if let Some(index) = parameters.position(|(parameter, _)| parameter == name) {
            self.handed(&text, None, name.span(), false);
            // By its place, which no name of the user's can hide.
            return Some(Term::Local(index.to_string()));
        }
        self.unseen(name, &text)
    }

    /// The names of the workflow that are known here.
    fn visible(&self) -> Vec<Ident> {
        let locals = self.locals.iter();
        let mut names: Vec<Ident> = locals
            .filter_map(|local| identifier(&local.name, Span::call_site()))
            .collect();
        let home = self.machine.states[self.state].scope;
        for scope in self.machine.scopes_around(home) {
            let scope = &self.machine.scopes[scope];
            let variables = scope.variables.values();
            names.extend(variables.map(|one| self.machine.variables[*one].name.clone()));
            names.extend(scope.item.clone());
        }
        for (parameter, _) in self.machine.workflow.parameters() {
            names.push(parameter.clone());
        }
        names.sort();
        names.dedup();
        names
    }

    /// Notes the Distributed Maps that hand a value of the scope `from` to this state; the parameter is of none. Gives
    /// the state that reads it there: the outermost of those maps, or this one.
    fn handed(&mut self, name: &str, from: Option<usize>, span: Span, in_text: bool) -> usize {
        let machine = self.machine;
        let mut state = self.state;
        let mut in_text = in_text;
        for index in machine.scopes_around(machine.states[self.state].scope) {
            if Some(index) == from {
                break;
            }
            let scope = &machine.scopes[index];
            if let (Some(_), Some(owner)) = (scope.children, scope.owner) {
                self.item_reads.push(ItemRead {
                    name: name.to_owned(),
                    scope: index,
                    state,
                    span,
                    expression: self.expression,
                    in_text,
                });
                state = owner;
                // The map hands it on by name.
                in_text = false;
            }
        }
        state
    }

    /// A name that is a value elsewhere says where.
    fn unseen(&mut self, name: &Ident, text: &str) -> Option<Term> {
        if text == "task_token" {
            // Said with the call.
            self.faulty = true;
            return Some(Term::Faulty);
        }
        let owner = self.machine.scopes.iter().find_map(|scope| {
            let named = scope.variables.contains_key(text) || scope.has_item(name);
            named.then_some(scope.owner).flatten()
        });
        if let Some(owner) = owner {
            self.errors.at(
                name.span(),
                format!(
                    "`{text}` belongs to the inside of `{}` and ends with it: hand the value out with `end {text};`",
                    self.machine.states[owner].name
                ),
            );
            self.faulty = true;
            return Some(Term::Faulty);
        }
        let local = self.machine.states.iter().find(|node| {
            let mut named = node.state.bindings().flat_map(LetBinding::named);
            node.state.ends() && named.any(|other| other == name)
        });
        if let Some(node) = local {
            self.errors.at(
                name.span(),
                format!(
                    "`{text}` is known in `{}` only, because that state ends: a `let` makes a variable in a state with `next`",
                    node.name
                ),
            );
            self.faulty = true;
            return Some(Term::Faulty);
        }
        None
    }

    /// What a literal reads is read: `$checked` in JSONata and in paths.
    pub(super) fn read_in(&mut self, names: &[String], span: Span) {
        let home = self.machine.states[self.state].scope;
        for name in names {
            let found = self.machine.scopes_around(home).find_map(|scope| {
                let variable = self.machine.scopes[scope].variables.get(name)?;
                Some((scope, *variable))
            });
            if let Some((scope, variable)) = found {
                self.reads.push(VariableRead {
                    variable,
                    state: self.state,
                    span,
                    expression: self.expression,
                });
                self.handed(name, Some(scope), span, true);
            }
        }
    }
}
