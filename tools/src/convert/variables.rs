//! Results that become variables: a member that `ResultPath` adds to the data of an execution, and
//! that only one later state reads.

use std::collections::{HashMap, HashSet};

use stepwright_asl::graph::{EdgeKind, Graph, State};
use stepwright_asl::jsonata::is_function;
use stepwright_asl::name::check_variable;

use super::expr::{DataRoot, Expr};

/// How a state uses and passes on its input.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DataFlow {
    /// The values of all fields except for outputs.
    pub(super) uses: Vec<Expr>,
    /// The output.
    pub(super) output: Expr,
    /// The outputs of the catchers.
    pub(super) catches: Vec<Expr>,
    /// The member at which `ResultPath` places the result in the output.
    pub(super) placed: Option<String>,
}

impl DataFlow {
    pub(super) fn new() -> DataFlow {
        DataFlow {
            uses: Vec::new(),
            output: Expr::INPUT,
            catches: Vec::new(),
            placed: None,
        }
    }
}

/// The variables of one state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StateVariables {
    /// The variable that gets the result, instead of a member of the output.
    pub(super) assigned: Option<String>,
    /// The members of the input that are variables.
    pub(super) read: HashSet<String>,
}

/// The variables of each state, by its index in the graph. `flows` has no flow for states that are
/// not converted, and `taken` contains the names of the variables that the machine has.
pub(super) fn plan(
    graph: &Graph<'_>,
    flows: &[Option<DataFlow>],
    taken: &HashSet<String>,
) -> HashMap<usize, StateVariables> {
    let mut taken = taken.clone();
    let mut planned: HashMap<usize, StateVariables> = HashMap::new();
    let reachable: HashSet<usize> = (0..graph.containers().len())
        .flat_map(|container| graph.reachable(container))
        .collect();
    for source in 0..flows.len() {
        let Some(name) = flows[source]
            .as_ref()
            .and_then(|flow| flow.placed.as_deref())
        else {
            continue;
        };
        let is_free = check_variable(name).is_ok() && !taken.contains(name) && !is_function(name);
        let search = Search {
            graph,
            flows,
            reachable: &reachable,
            source,
            name,
        };
        if let Some(reader) = Some(search)
            .filter(|_| is_free)
            .and_then(|search| search.reader())
        {
            taken.insert(name.to_owned());
            planned.entry(source).or_default().assigned = Some(name.to_owned());
            planned
                .entry(reader)
                .or_default()
                .read
                .insert(name.to_owned());
        }
    }
    planned
}

/// The member that an output adds to the input.
fn added(output: &Expr) -> Option<&str> {
    match output {
        Expr::Merge(base, added) if **base == Expr::INPUT => match &**added {
            Expr::Object(members) => match members.as_slice() {
                [(name, _)] => Some(name),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether an output contains all other members of the input.
fn passes(output: &Expr) -> bool {
    *output == Expr::INPUT || added(output).is_some()
}

/// The search for the states that read a member of the output of a state.
struct Search<'g> {
    graph: &'g Graph<'g>,
    flows: &'g [Option<DataFlow>],
    reachable: &'g HashSet<usize>,
    /// The state that adds the member.
    source: usize,
    name: &'g str,
}

impl Search<'_> {
    /// The only state that reads the member; `None` if there are others, or if a state passes on
    /// its whole input.
    fn reader(&self) -> Option<usize> {
        let container = self.graph.states()[self.source].container;
        let others = &self.graph.containers()[container].states;
        let is_written_once = others.iter().all(|state| {
            *state == self.source
                || self.flows[*state]
                    .as_ref()
                    .is_none_or(|flow| added(&flow.output) != Some(self.name))
        });
        let source = self.flow(self.source)?;
        if !is_written_once
            || source
                .uses
                .iter()
                .any(|value| self.reads(value) != Reading::Other)
        {
            return None;
        }
        let mut carrying: HashSet<(usize, EdgeKind)> = HashSet::new();
        let mut reached: HashSet<usize> = HashSet::new();
        let mut open = Vec::new();
        self.follow(
            self.source,
            |kind| kind == EdgeKind::Next,
            &mut carrying,
            &mut open,
        );
        let mut readers = HashSet::new();
        while let Some(state) = open.pop() {
            // The source replaces the member.
            if state == self.source || !reached.insert(state) {
                continue;
            }
            let flow = self.flow(state)?;
            for value in &flow.uses {
                match self.reads(value) {
                    Reading::Whole => return None,
                    Reading::Member => {
                        readers.insert(state);
                    }
                    Reading::Other => {}
                }
            }
            for output in std::iter::once(&flow.output).chain(&flow.catches) {
                let inner = match output {
                    Expr::Merge(_, added) if passes(output) => added,
                    output => output,
                };
                match self.reads(inner) {
                    Reading::Whole if *output != Expr::INPUT => return None,
                    Reading::Member => {
                        readers.insert(state);
                    }
                    _ => {}
                }
                if added(output) == Some(self.name) {
                    return None;
                }
            }
            if passes(&flow.output) && self.graph.states()[state].is_terminal() {
                return None;
            }
            let carries = |kind: EdgeKind| match kind {
                EdgeKind::Catch(index) => flow.catches.get(index).is_none_or(passes),
                _ => passes(&flow.output),
            };
            self.follow(state, carries, &mut carrying, &mut open);
        }
        let is_always_there = reached.iter().all(|state| self.only(*state, &carrying));
        let mut readers = readers.into_iter();
        let reader = readers.next().filter(|_| readers.next().is_none());
        reader.filter(|_| is_always_there)
    }

    fn flow(&self, state: usize) -> Option<&DataFlow> {
        self.flows.get(state)?.as_ref()
    }

    /// Follows the transitions of a state that carry the member.
    fn follow(
        &self,
        state: usize,
        carries: impl Fn(EdgeKind) -> bool,
        carrying: &mut HashSet<(usize, EdgeKind)>,
        open: &mut Vec<usize>,
    ) {
        for (target, edge) in self.graph.successors(state) {
            if carries(edge.kind) {
                carrying.insert((state, edge.kind));
                open.push(target);
            }
        }
    }

    /// Whether all transitions to a state carry the member.
    fn only(&self, state: usize, carrying: &HashSet<(usize, EdgeKind)>) -> bool {
        let own: &State<'_> = &self.graph.states()[state];
        let container = &self.graph.containers()[own.container];
        container.start_at != Some(own.name)
            && self.graph.predecessors(state).all(|(from, edge)| {
                !self.reachable.contains(&from) || carrying.contains(&(from, edge.kind))
            })
    }

    fn reads(&self, value: &Expr) -> Reading {
        reads(value, self.name)
    }
}

/// The part of the input that an expression reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reading {
    /// Other members, or nothing.
    Other,
    /// The member.
    Member,
    /// All members.
    Whole,
}

fn reads(expr: &Expr, name: &str) -> Reading {
    match expr {
        Expr::Root(DataRoot::Input) => Reading::Whole,
        Expr::Key(base, key) if **base == Expr::INPUT => {
            if key == name {
                Reading::Member
            } else {
                Reading::Other
            }
        }
        expr => {
            let parts = expr.parts().into_iter();
            let readings = parts.map(|part| reads(part, name));
            readings.max().unwrap_or(Reading::Other)
        }
    }
}

/// An expression in which variables replace members of the input.
pub(super) fn replaced(expr: &Expr, names: &HashSet<String>) -> Expr {
    match expr {
        Expr::Key(base, key) if **base == Expr::INPUT && names.contains(key) => {
            Expr::Root(DataRoot::Variable(key.clone()))
        }
        expr => expr.with_parts(|part| replaced(part, names)),
    }
}
