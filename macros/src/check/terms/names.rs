//! Resolves the names in an expression.

use super::earlier_lets::evaluated_twice;
use super::expression::Resolver;
use crate::machine::{ItemRead, LetBinding, Term, VariableRead, is_bound, is_of_prelude};
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

    /// Whether a name exists only in this state or in a part of the expression.
    pub(super) fn is_local(&self, name: &Ident) -> bool {
        let text = name.unraw().to_string();
        self.locals.iter().any(|local| local.name == text)
    }

    pub(super) fn path(&mut self, path: &Path) -> Term {
        if is_of_prelude(path, "None") {
            return Term::None;
        }
        let Some(name) = path.get_ident() else {
            return self.constant(path);
        };
        if let Some(value) = self.name(name) {
            return value;
        }
        let names_in_scope = if is_bound(name) {
            self.names_in_scope()
        } else {
            Vec::new()
        };
        Term::Constant(path.clone(), names_in_scope)
    }

    /// Resolves a single name; `None` for a constant of the user.
    pub(super) fn name(&mut self, name: &Ident) -> Option<Term> {
        let text = name.unraw().to_string();
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == text) {
            let value = local.value.clone();
            if let Some(earlier) = evaluated_twice(&value) {
                let earlier_name = &earlier.name;
                self.refuse(
                    name.span(),
                    format!(
                        "`{earlier_name}` has another value at each evaluation, and each variable of a state is evaluated \
                         separately: read it in the next state"
                    ),
                );
            }
            self.local_reads.insert(text);
            return Some(value);
        }
        if text == "task_token" && self.task_token {
            return Some(Term::TaskToken);
        }
        let own_scope = self.machine.states[self.state].scope;
        for index in self.machine.scopes_around(own_scope) {
            let scope = &self.machine.scopes[index];
            if let Some(variable) = scope.variables.get(&text) {
                self.reads.push(VariableRead {
                    variable: *variable,
                    state: self.state,
                    span: name.span(),
                    expression: self.expression,
                });
                self.record_passing_maps(&text, Some(index), name.span(), false);
                return Some(Term::Variable(text));
            }
            if scope.has_item(name) {
                let state = self.record_passing_maps(&text, Some(index), name.span(), false);
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
            self.record_passing_maps(&text, None, name.span(), false);
            return Some(Term::Parameter);
        }
        let mut parameters = self.machine.workflow.fragment.iter().flatten();
        if let Some(index) = parameters.position(|(parameter, _)| parameter == name) {
            self.record_passing_maps(&text, None, name.span(), false);
            // By its position, so that no name of the user can shadow it.
            return Some(Term::Local(index.to_string()));
        }
        self.report_out_of_scope(name, &text)
    }

    /// Returns the names of the workflow that are in scope here.
    fn names_in_scope(&self) -> Vec<Ident> {
        let locals = self.locals.iter();
        let mut names: Vec<Ident> = locals
            .filter_map(|local| identifier(&local.name, Span::call_site()))
            .collect();
        let own_scope = self.machine.states[self.state].scope;
        for scope in self.machine.scopes_around(own_scope) {
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

    /// Records that the Distributed Maps between the scope `from` and this state pass a value to
    /// their children. The workflow's parameter has no scope. Returns the state that reads the
    /// value in `from`: the outermost of these maps, or this state.
    fn record_passing_maps(
        &mut self,
        name: &str,
        from: Option<usize>,
        span: Span,
        in_text: bool,
    ) -> usize {
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
                // The map passes the value by its name, not by a text.
                in_text = false;
            }
        }
        state
    }

    /// Reports a name that is a value in another scope or state; `None` if it is no value.
    fn report_out_of_scope(&mut self, name: &Ident, text: &str) -> Option<Term> {
        if text == "task_token" {
            // The rules of calls report it in a call.
            if !self.in_call {
                self.errors.at(
                    name.span(),
                    "`task_token` exists only in the arguments of a call with `wait_for_task_token`: pass it to the call there",
                );
            }
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
                    "`{text}` exists only inside of `{}`: return its value with `end {text};`",
                    self.machine.states[owner].name
                ),
            );
            self.faulty = true;
            return Some(Term::Faulty);
        }
        let local = self.machine.states.iter().find(|node| {
            let mut named = node.state.bindings().flat_map(LetBinding::named);
            !node.state.makes_variables() && named.any(|other| other == name)
        });
        if let Some(node) = local {
            self.errors.at(
                name.span(),
                format!(
                    "`{text}` exists only in `{}`, because that state has no `next`: a `let` makes a variable only in a state with `next`",
                    node.name
                ),
            );
            self.faulty = true;
            return Some(Term::Faulty);
        }
        None
    }

    /// Records the variables that a literal reads: `$checked` in JSONata and in paths.
    pub(super) fn record_reads_of_literal(&mut self, names: &[String], span: Span) {
        let own_scope = self.machine.states[self.state].scope;
        for name in names {
            let found = self.machine.scopes_around(own_scope).find_map(|scope| {
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
                self.record_passing_maps(name, Some(scope), span, true);
            }
        }
    }
}
