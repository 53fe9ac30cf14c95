//! Converts assignments of workflow variables (`Assign`) to `let`.

use std::collections::{HashMap, HashSet};

use stepwright_asl::graph::{Container, Graph, State};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::name::check_variable;

use super::payload::{ANY, Payload};
use super::values;
use crate::names;

/// The variables that `let` can assign.
pub(super) struct ImportedVariables {
    known: HashMap<String, ImportedVariable>,
}

struct ImportedVariable {
    /// The branch or body that assigns it.
    container: usize,
    ty: &'static str,
    times: usize,
    is_read: bool,
}

/// `Assign` as statements.
pub(super) struct LetStatements {
    /// The variable that holds the state's result, with its type.
    pub(super) result: Option<(String, &'static str)>,
    pub(super) others: Vec<String>,
}

/// The value of a variable.
enum Value {
    Literal(&'static str, String),
    Computed(String),
}

impl ImportedVariables {
    pub(super) fn of(graph: &Graph<'_>, machine: QueryLanguage) -> ImportedVariables {
        let mut known: HashMap<String, ImportedVariable> = HashMap::new();
        let mut refused = Vec::new();
        let mut texts = String::new();
        for state in graph.states() {
            let jsonata =
                QueryLanguage::of(state.object).unwrap_or(machine) == QueryLanguage::Jsonata;
            texts.push_str(&Json::Object(state.object.clone()).to_string());
            for assign in assigned_in(state.object) {
                for (key, value) in assign {
                    let (name, value) = value_of(key, value, jsonata);
                    let ty = match &value {
                        Some(Value::Literal(ty, _)) => ty,
                        Some(Value::Computed(_)) | None => ANY,
                    };
                    let variable = known.entry(name.to_owned()).or_insert(ImportedVariable {
                        container: state.container,
                        ty,
                        times: 0,
                        is_read: false,
                    });
                    variable.times += 1;
                    if variable.ty != ty {
                        variable.ty = ANY;
                    }
                    // The result of branches and items is a list of types that the source declares,
                    // which do not have such a field.
                    let is_of_list = !jsonata
                        && assign
                            .get(key)
                            .and_then(Json::as_str)
                            .is_some_and(|text| text.starts_with("$."))
                        && gives_list(state.object);
                    // An inner variable must not have the name of an outer one.
                    if is_of_list || variable.container != state.container || !is_name(name) {
                        refused.push(name.to_owned());
                    }
                }
            }
        }
        known.retain(|name, _| !refused.contains(name));
        let mut variables = ImportedVariables { known };
        while let Some(name) = variables.read_too_early(graph, machine) {
            variables.known.remove(&name);
        }
        for (name, variable) in &mut variables.known {
            variable.is_read = reads(&texts, name) && !names::is_keyword(name);
        }
        variables
    }

    /// A variable that a state reads although some path to the state has no `let` for it. The macro
    /// rejects that.
    fn read_too_early(&self, graph: &Graph<'_>, machine: QueryLanguage) -> Option<String> {
        for container in graph.containers() {
            let before = self.assigned_before(graph, container, machine);
            for (state, assigned) in container.states.iter().zip(before) {
                let text = Json::Object(graph.states()[*state].object.clone()).to_string();
                let own = self.known.iter().find(|(name, variable)| {
                    variable.container == graph.states()[*state].container
                        && assigned
                            .as_ref()
                            .is_some_and(|set| !set.contains(name.as_str()))
                        && reads(&text, name)
                });
                if let Some((name, _)) = own {
                    return Some(name.clone());
                }
            }
        }
        None
    }

    /// For each state of a container, the variables that are assigned on every path to it; `None`
    /// if it is unreachable.
    fn assigned_before<'j>(
        &self,
        graph: &Graph<'j>,
        container: &Container<'j>,
        machine: QueryLanguage,
    ) -> Vec<Option<HashSet<&'j str>>> {
        let states: Vec<&State<'j>> = container
            .states
            .iter()
            .map(|state| &graph.states()[*state])
            .collect();
        let mut before: Vec<Option<HashSet<&str>>> = states
            .iter()
            .map(|state| (Some(state.name) == container.start_at).then(HashSet::new))
            .collect();
        let mut changed = true;
        while changed {
            changed = false;
            for (index, state) in states.iter().enumerate() {
                let Some(here) = before[index].clone() else {
                    continue;
                };
                let jsonata =
                    QueryLanguage::of(state.object).unwrap_or(machine) == QueryLanguage::Jsonata;
                for (target, assign) in outgoing_edges(state.object) {
                    let Some(to) = states.iter().position(|state| state.name == target) else {
                        continue;
                    };
                    let mut carried = here.clone();
                    // The macro does not see assignments in `raw`.
                    let written = assign.filter(|assign| {
                        self.let_statements(assign, jsonata, state.container, None)
                            .is_some()
                    });
                    for key in written.iter().flat_map(|assign| assign.keys()) {
                        carried.insert(variable(key, jsonata));
                    }
                    let new = match &before[to] {
                        Some(known) => known.intersection(&carried).copied().collect(),
                        None => carried,
                    };
                    if before[to].as_ref() != Some(&new) {
                        before[to] = Some(new);
                        changed = true;
                    }
                }
            }
        }
        before
    }

    /// The names of the variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// Whether the macro would warn about an unused variable.
    pub(super) fn any_unread(&self) -> bool {
        self.known.values().any(|variable| !variable.is_read)
    }

    /// `Assign` as statements, if all of it can be expressed; `result` is the expression for the
    /// state's result.
    pub(super) fn let_statements(
        &self,
        assign: &Object,
        jsonata: bool,
        container: usize,
        result: Option<&str>,
    ) -> Option<LetStatements> {
        let mut lets = LetStatements {
            result: None,
            others: Vec::new(),
        };
        for (key, json) in assign {
            let (name, value) = value_of(key, json, jsonata);
            let variable = self.known.get(name)?;
            if variable.container != container {
                return None;
            }
            let is_computed = matches!(value, Some(Value::Computed(_)));
            let written = if names::is_keyword(name) {
                format!("r#{name}")
            } else {
                name.to_owned()
            };
            if lets.result.is_none() && is_computed && json.as_str() == result {
                // A variable with a single assignment has the type of its value.
                let ty = if variable.times == 1 { "" } else { ANY };
                lets.result = Some((written, ty));
                continue;
            }
            let value = match value? {
                Value::Literal(ty, value) if ty == variable.ty => value,
                Value::Computed(value) if variable.ty == ANY => value,
                _ => return None,
            };
            let ty = variable.ty;
            lets.others.push(format!("let {written}: {ty} = {value};"));
        }
        Some(lets)
    }
}

/// Whether the result of a state is the list of its branches' or items' outputs.
fn gives_list(state: &Object) -> bool {
    let kind = state.get("Type").and_then(Json::as_str);
    matches!(kind, Some("Parallel" | "Map")) && state.get("ResultSelector").is_none()
}

/// The `Assign`s of a state and its edges.
fn assigned_in(state: &Object) -> Vec<&Object> {
    let edges = ["Catch", "Choices"]
        .into_iter()
        .filter_map(|list| state.get(list)?.as_array());
    let edges = edges.flatten().filter_map(Json::as_object);
    std::iter::once(state)
        .chain(edges)
        .filter_map(|object| object.get("Assign")?.as_object())
        .collect()
}

/// The targets of a state, with the assignments of each edge.
fn outgoing_edges(state: &Object) -> Vec<(&str, Option<&Object>)> {
    let mut edges = Vec::new();
    for field in ["Next", "Default"] {
        if let Some(target) = state.get(field).and_then(Json::as_str) {
            edges.push((target, state.get("Assign").and_then(Json::as_object)));
        }
    }
    for list in ["Catch", "Choices"] {
        let items = state.get(list).and_then(Json::as_array).unwrap_or_default();
        for edge in items.iter().filter_map(Json::as_object) {
            if let Some(target) = edge.get("Next").and_then(Json::as_str) {
                edges.push((target, edge.get("Assign").and_then(Json::as_object)));
            }
        }
    }
    edges
}

/// The variable of a key in `Assign`.
fn variable(key: &str, jsonata: bool) -> &str {
    let computed = key.strip_suffix(".$").filter(|_| !jsonata);
    computed.unwrap_or(key)
}

/// The variable's name, and its value if it can be expressed.
fn value_of<'k>(key: &'k str, value: &Json, jsonata: bool) -> (&'k str, Option<Value>) {
    if let Some((name, expression)) = values::computed(key, value, jsonata) {
        return (name, expression.map(Value::Computed));
    }
    let computed = value
        .as_str()
        .filter(|_| jsonata)
        .and_then(values::expression);
    if let Some(expression) = computed {
        return (key, Some(Value::Computed(expression)));
    }
    let literal = match Payload::of(value, jsonata) {
        Some(Payload::Leaf { ty, expression }) => Some(Value::Literal(ty, expression)),
        Some(Payload::Object(_)) | None => None,
    };
    (key, literal)
}

/// Whether `let` creates a variable with exactly this name.
fn is_name(name: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    check_variable(name).is_ok()
        && name.chars().all(letter)
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !["states", "task_token", "self", "Self", "super", "crate"].contains(&name)
        && !jsonata::is_function(name)
}

/// Whether a text reads the variable.
fn reads(text: &str, name: &str) -> bool {
    text.match_indices(&format!("${name}")).any(|(at, found)| {
        let next = text[at + found.len()..].chars().next();
        !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}
