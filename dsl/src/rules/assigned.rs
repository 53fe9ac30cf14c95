//! Definite assignment: a variable is read only where every path has assigned it.

use super::fault;
use super::graph::FlowGraph;
use crate::expr::{Expr, ExprNode};
use crate::workflow::{AtSource, WorkflowDiagnostic};
use std::collections::{HashMap, HashSet};
use stepwright_asl::analysis::{BodyStart, TransitionSet, VariableFlow, VariableUse};
use stepwright_asl::intrinsic::IntrinsicCall;
use stepwright_asl::jsonata::Expression;
use stepwright_asl::path::Path;

/// A variable is read only where every path from the start has assigned it.
pub(super) fn rules(graph: &FlowGraph<'_>, faults: &mut Vec<WorkflowDiagnostic>) {
    let variables = GraphVariables::of(graph);
    let mut assignments = Vec::new();
    let mut reads = Vec::new();
    let mut locations = Vec::new();
    for (index, node) in graph.states.iter().enumerate() {
        for (transition, edge) in node.transitions.iter().enumerate() {
            let assigned = edge.assigns.iter();
            assignments.extend(assigned.filter_map(|name| {
                Some(VariableUse {
                    state: index,
                    variable: variables.find(graph, node.body, name)?,
                    on: TransitionSet::One(transition),
                })
            }));
        }
        node.state.each_expression(&mut |expr| {
            for name in read_in(expr) {
                if let Some(variable) = variables.find(graph, node.body, &name) {
                    reads.push(VariableUse {
                        state: index,
                        variable,
                        on: TransitionSet::None,
                    });
                    locations.push(expr.place.or(node.state.place));
                }
            }
        });
    }
    let bodies = graph.bodies.iter().filter_map(|body| {
        Some(BodyStart {
            state: *body.states.first()?,
            parent: body.parent,
        })
    });
    let bodies: Vec<BodyStart> = bodies.collect();
    let catches = graph.states.iter().map(|node| {
        let transitions = node.transitions.iter();
        transitions.map(|transition| transition.is_catch).collect()
    });
    let catches: Vec<Vec<bool>> = catches.collect();
    let flow = VariableFlow {
        flow: &graph.flow,
        bodies: &bodies,
        variables: variables.names.len(),
        assignments: &assignments,
        reads: &reads,
        catches: &catches,
    };
    let mut reported = HashSet::new();
    for read in flow.unassigned_reads() {
        let VariableUse {
            state, variable, ..
        } = reads[read];
        if !reported.insert((state, variable)) {
            continue;
        }
        let node = &graph.states[state];
        let start = graph.bodies[node.body].states[0];
        let path = flow.path_without(variable, start, state);
        let own = assignments
            .iter()
            .any(|one| one.state == state && one.variable == variable);
        let name = |state: usize| &*graph.states[state].state.name;
        let mut message = path.message(variables.names[variable], own, "`.catch(..)`", name);
        if !path.by_catch && (!own || path.states.len() > 1) {
            message += "; call `.bind(&variable)` or `.assign(&variable, ..)` on an earlier state";
        }
        faults.push(
            fault(node.state, message)
                .at(locations[read])
                .with_code("SW130"),
        );
    }
}

/// The variables of all bodies.
struct GraphVariables<'f> {
    names: Vec<&'f str>,
    by_name: HashMap<(usize, &'f str), usize>,
}

impl<'f> GraphVariables<'f> {
    fn of(graph: &FlowGraph<'f>) -> GraphVariables<'f> {
        let mut names = Vec::new();
        let mut by_name = HashMap::new();
        for (index, body) in graph.bodies.iter().enumerate() {
            for name in &body.variables {
                by_name.entry((index, *name)).or_insert_with(|| {
                    names.push(*name);
                    names.len() - 1
                });
            }
        }
        GraphVariables { names, by_name }
    }

    /// Returns the variable with this name that a body can read: its own, or that of the nearest
    /// enclosing body.
    fn find(&self, graph: &FlowGraph<'_>, body: usize, name: &str) -> Option<usize> {
        let around = std::iter::successors(Some(body), |body| {
            let parent = graph.bodies[*body].parent?;
            Some(graph.states[parent].body)
        });
        let mut found = around.filter_map(|body| self.by_name.get(&(body, name)));
        found.next().copied()
    }
}

/// Returns the variables that an expression reads, including those in texts of JSONata, paths and
/// intrinsics.
pub(super) fn read_in(expr: &Expr) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    expr.walk(&mut |node| match node {
        ExprNode::Variable(name) => names.push(name.to_string()),
        ExprNode::Jsonata(text, _) => {
            if let Ok(expression) = Expression::parse(text) {
                names.extend(expression.variables().iter().cloned());
            }
        }
        ExprNode::Path(text, _) => {
            if let Ok(path) = Path::parse(text.trim()) {
                names.extend(path.variable().map(str::to_owned));
            }
        }
        ExprNode::Intrinsic(text, _) => {
            if let Ok(call) = IntrinsicCall::parse(text) {
                let paths = call.paths().into_iter();
                names.extend(paths.filter_map(|path| path.variable().map(str::to_owned)));
            }
        }
        _ => {}
    });
    names
}
