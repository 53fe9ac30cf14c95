//! Reads and assignments of variables by the states of a body.

use super::assignment::Assignment;
use super::errors::ErrorSet;
use super::expression::UntypedExpression;
use super::scope::{BuilderScope, UsedVariable};
use super::to::Route;
use super::variable::VariableRead;
use crate::expr::{Expr, Text};
use crate::flow::{Catch, Edge};
use crate::workflow::SourceLocation;
use std::rc::Rc;

impl BuilderScope {
    /// Lowers an edge of a state; assigned values are computed from `from`. A target in another
    /// body is a fault, and the state then has no transition.
    #[track_caller]
    pub(super) fn edge(&self, index: usize, to: Route, from: &Expr) -> Edge {
        self.edge_at(index, to, from, SourceLocation::caller())
    }

    /// The same for a call at that location.
    pub(super) fn edge_at(
        &self,
        index: usize,
        to: Route,
        from: &Expr,
        place: SourceLocation,
    ) -> Edge {
        let edge = Edge::to(self.target(index, &to, place)).placed(place);
        let raw = to.raw.into_iter();
        let edge = raw.fold(edge, |edge, (key, value)| {
            edge.raw(key, Expr::literal(value))
        });
        to.assigns.into_iter().fold(edge, |edge, assignment| {
            let (name, value) = self.assignment_at(index, assignment, from, place);
            edge.assign(name, value)
        })
    }

    /// Lowers a catch of a state with this input.
    pub(super) fn catch(
        &self,
        index: usize,
        input: Expr,
        errors: ErrorSet,
        to: Route,
        output: Option<Expr>,
        place: SourceLocation,
    ) -> Catch {
        let from = Expr::tuple(vec![input, errors.caught]);
        let edge = self.edge_at(index, to, &from, place);
        Catch {
            output,
            ..Catch::on(errors.names, edge)
        }
    }

    /// A variable with its value, applied to an input.
    #[track_caller]
    pub(super) fn assignment(
        &self,
        index: usize,
        assignment: Assignment,
        from: &Expr,
    ) -> (Text, Expr) {
        self.assignment_at(index, assignment, from, SourceLocation::caller())
    }

    fn assignment_at(
        &self,
        index: usize,
        assignment: Assignment,
        from: &Expr,
        place: SourceLocation,
    ) -> (Text, Expr) {
        let state = self.name_of(index);
        for read in assignment.value.reads() {
            self.use_of(Some(&state), read, false, place);
        }
        self.use_of(Some(&state), &assignment.to, true, place);
        let Assignment { to, value } = assignment;
        let mut value = value.applied_to(from);
        value.place.get_or_insert(place);
        (to.name, value)
    }

    /// Applies an expression to an input, and records the variables that it reads.
    #[track_caller]
    pub(super) fn apply(&self, state: Option<&str>, tree: UntypedExpression, input: &Expr) -> Expr {
        self.apply_at(state, tree, input, SourceLocation::caller())
    }

    /// The same for a call at that location.
    pub(super) fn apply_at(
        &self,
        state: Option<&str>,
        tree: UntypedExpression,
        input: &Expr,
        place: SourceLocation,
    ) -> Expr {
        let state = state.map(Rc::from);
        for read in &tree.reads {
            self.use_of(state.as_ref(), read, false, place);
        }
        let mut value = tree.applied_to(input);
        value.place.get_or_insert(place);
        value
    }

    /// The same for a state that is already defined.
    #[track_caller]
    pub(super) fn over_in(&self, index: usize, tree: UntypedExpression, input: &Expr) -> Expr {
        self.over_in_at(index, tree, input, SourceLocation::caller())
    }

    /// The same for a call at that location.
    pub(super) fn over_in_at(
        &self,
        index: usize,
        tree: UntypedExpression,
        input: &Expr,
        place: SourceLocation,
    ) -> Expr {
        let name = self.name_of(index);
        self.apply_at(Some(&name), tree, input, place)
    }

    fn use_of(
        &self,
        state: Option<&Rc<str>>,
        variable: &VariableRead,
        is_assigned: bool,
        place: SourceLocation,
    ) {
        self.used.borrow_mut().push(UsedVariable {
            scope: variable.scope,
            name: variable.name.clone(),
            state: state.cloned(),
            place,
            is_assigned,
        });
    }

    /// The same for a state that is already defined.
    pub(super) fn assigned_in(&self, index: usize, variable: &VariableRead, place: SourceLocation) {
        let name = self.name_of(index);
        self.use_of(Some(&name), variable, true, place);
    }
}
