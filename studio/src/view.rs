//! The view of a session in a page, as one message.

use serde::Serialize;
use stepwright_asl::graph::{Edge, EdgeKind, Graph, State};
use stepwright_asl::validate::Severity;
use stepwright_editor::{Definition, EditorDiagnostic};

use crate::file::FileState;
use crate::picture::digest;
use crate::shown_text::{ShownEdit, ShownText, shown};

/// The parts that a page has already.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownParts {
    /// The revision of its text; `None` before it has one.
    pub(crate) revision: Option<usize>,
    /// The tag of its picture.
    pub(crate) picture: String,
}

/// The view of a session in a page. Positions are those of the shown text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    revision: usize,
    /// The changes since the revision of the page, in rounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<Vec<Vec<ShownEdit>>>,
    /// The whole text, for a page without a known revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The length of the text after the changes.
    length: usize,
    /// The digest of the text on the disk.
    base: String,
    is_changed: bool,
    is_conflict: bool,
    can_undo: bool,
    can_redo: bool,
    /// Whether the text cannot be read, so that the picture is an old one.
    is_stale: bool,
    definitions: Vec<String>,
    states: Vec<StateView>,
    transitions: Vec<TransitionView>,
    tag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    problems: Vec<ProblemView>,
}

/// A state.
#[derive(Debug, Serialize)]
struct StateView {
    pointer: String,
    name: String,
    kind: String,
    /// How many bodies contain it.
    level: usize,
    /// The pointer to the state around it; empty for a state of the machine.
    parent: String,
    /// The pointer to its body.
    body: String,
    /// Its range in the text.
    start: usize,
    end: usize,
    is_first: bool,
    /// The text for a screen reader.
    about: String,
    /// Pointer to the transition after which the palette inserts; empty for the end of a body.
    exit: String,
    /// The states to which the arrow keys lead: up, down, left and right.
    arrows: [String; 4],
    edges: Vec<EdgeView>,
}

/// A transition.
#[derive(Debug, Serialize)]
struct EdgeView {
    pointer: String,
    /// The pointer to the target; empty for the end or a missing state.
    target: String,
    label: String,
}

/// A transition, as a person names it.
#[derive(Debug, Serialize)]
struct TransitionView {
    pointer: String,
    body: String,
    /// The pointer to its source; empty for the start of a body.
    source: String,
    name: String,
}

/// A problem.
#[derive(Debug, Serialize)]
struct ProblemView {
    definition: Option<usize>,
    pointer: String,
    start: usize,
    end: usize,
    code: Option<&'static str>,
    severity: &'static str,
    message: String,
    help: Option<String>,
    /// The titles of the fixes.
    fixes: Vec<String>,
}

impl View {
    /// Describes a session for a page that shows one definition.
    pub(crate) fn of(state: &mut FileState, definition: usize, known: &KnownParts) -> View {
        let session = &state.session;
        let document = session.document();
        let text = ShownText::of(document.text());
        let rounds = known.revision.and_then(|known| session.since(known));
        let definitions = document.definitions();
        let chosen = definitions.get(definition);
        let (picture, tag) = match chosen {
            Some(chosen) => {
                let picture = state
                    .pictures
                    .picture(session.revision(), definition, chosen);
                let is_known = picture.tag == known.picture;
                (
                    (!is_known).then(|| picture.svg.clone()),
                    picture.tag.clone(),
                )
            }
            None => ((!known.picture.is_empty()).then(String::new), String::new()),
        };
        View {
            revision: session.revision(),
            text: rounds.is_none().then(|| shown(document.text())),
            rounds,
            length: text.len(),
            base: digest(session.base().as_bytes()),
            is_changed: session.is_changed(),
            is_conflict: state.conflict.is_some(),
            can_undo: session.can_undo(),
            can_redo: session.can_redo(),
            is_stale: chosen.is_some_and(Definition::is_stale),
            definitions: definitions
                .iter()
                .map(|definition| definition.name().unwrap_or_default().to_owned())
                .collect(),
            states: chosen.map_or_else(Vec::new, |chosen| states(chosen, &text)),
            transitions: chosen.map_or_else(Vec::new, transitions),
            tag,
            picture,
            problems: session
                .diagnostics()
                .iter()
                .map(|problem| ProblemView::of(problem, &text))
                .collect(),
        }
    }
}

fn states(definition: &Definition, text: &ShownText<'_>) -> Vec<StateView> {
    let graph = definition.graph();
    let pointer = |state: usize| graph.states()[state].pointer.to_string();
    // A container follows the one around it.
    let mut levels: Vec<usize> = Vec::new();
    for container in graph.containers() {
        let outer = container
            .parent
            .map(|state| levels[graph.states()[state].container]);
        levels.push(outer.unwrap_or(0) + 1);
    }
    let states = graph.states().iter().enumerate();
    let views = states.map(|(index, state)| {
        let container = &graph.containers()[state.container];
        let own = state.pointer.to_string();
        let range = definition.member(&own).unwrap_or_default();
        let (start, end) = text.range(&range);
        let is_first =
            graph.find(state.container, container.start_at.unwrap_or_default()) == Some(index);
        let mut edges: Vec<EdgeView> = state
            .edges
            .iter()
            .map(|edge| {
                let target = graph.find(state.container, edge.target);
                EdgeView {
                    pointer: edge.pointer.to_string(),
                    target: target.map(pointer).unwrap_or_default(),
                    label: label(edge.kind),
                }
            })
            .collect();
        if state.object.get("End").and_then(|end| end.as_bool()) == Some(true) {
            edges.push(EdgeView {
                pointer: format!("{own}/End"),
                target: String::new(),
                label: "ends".to_owned(),
            });
        }
        let exit = ["Next", "End", "Default"].into_iter().find(|field| {
            let value = state.object.get(*field);
            value.is_some_and(|value| value.as_str().is_some() || value.as_bool() == Some(true))
        });
        StateView {
            about: about(state, is_first),
            exit: exit.map(|exit| format!("{own}/{exit}")).unwrap_or_default(),
            arrows: neighbours(&graph, index).map(|state| state.map(pointer).unwrap_or_default()),
            name: state.name.to_owned(),
            kind: state
                .kind
                .map_or("unknown type", |kind| kind.as_str())
                .to_owned(),
            level: levels[state.container],
            parent: container.parent.map(pointer).unwrap_or_default(),
            body: container.pointer.to_string(),
            start,
            end,
            is_first,
            edges,
            pointer: own,
        }
    });
    views.collect()
}

/// The name, the type and the transitions of a state.
fn about(state: &State<'_>, is_first: bool) -> String {
    let kind = state.kind.map_or("unknown type", |kind| kind.as_str());
    let mut words = vec![state.name.to_owned(), kind.to_owned()];
    words.extend(is_first.then(|| "first".to_owned()));
    let edges = state.edges.iter();
    words.extend(edges.map(|edge| format!("{}: {}", label(edge.kind), edge.target)));
    if state.object.get("End").and_then(|end| end.as_bool()) == Some(true) {
        words.push("ends".to_owned());
    }
    words.join(", ")
}

/// The states to which the arrow keys lead: up, down, left and right. Down follows a transition,
/// and up goes back; left and right go to the other targets of the same source, to the next branch,
/// into a body and out of it.
fn neighbours(graph: &Graph<'_>, index: usize) -> [Option<usize>; 4] {
    let state = &graph.states()[index];
    let container = &graph.containers()[state.container];
    let first_of = |body: usize| {
        let found = &graph.containers()[body];
        let first = found.start_at.and_then(|start| graph.find(body, start));
        first.or(found.states.first().copied())
    };
    let mut before: Vec<usize> = graph.predecessors(index).map(|(from, _)| from).collect();
    before.retain(|from| *from != index);
    let mut row: Vec<usize> = Vec::new();
    for from in &before {
        for (target, _) in graph.successors(*from) {
            if !row.contains(&target) {
                row.push(target);
            }
        }
    }
    let at = row.iter().position(|other| *other == index);
    let in_row = |step: isize| {
        let at = at?.checked_add_signed(step)?;
        row.get(at).copied()
    };
    let branch = |step: isize| {
        let bodies = &graph.states()[container.parent?].inner;
        let at = bodies.iter().position(|body| *body == state.container)?;
        let body = bodies.get(at.checked_add_signed(step)?)?;
        first_of(*body)
    };
    let inside = || {
        let body = state.inner.first()?;
        first_of(*body)
    };
    // A Catcher is not the usual way on.
    let is_catcher = |edge: &Edge<'_>| matches!(edge.kind, EdgeKind::Catch(_));
    let mut after: Vec<_> = graph.successors(index).collect();
    after.retain(|(target, _)| *target != index);
    after.sort_by_key(|(_, edge)| is_catcher(edge));
    [
        before.first().copied().or(container.parent),
        after.first().map(|(target, _)| *target),
        in_row(-1).or_else(|| branch(-1)).or(container.parent),
        inside().or_else(|| in_row(1)).or_else(|| branch(1)),
    ]
}

fn transitions(definition: &Definition) -> Vec<TransitionView> {
    let graph = definition.graph();
    let mut all = Vec::new();
    for body in graph.containers() {
        let owner = body.parent.map(|state| graph.states()[state].name);
        let from = owner.map_or_else(|| "start".to_owned(), |owner| format!("start in {owner}"));
        let target = body.start_at.unwrap_or("no state yet");
        all.push(TransitionView {
            pointer: body.pointer.key("StartAt").to_string(),
            body: body.pointer.to_string(),
            source: String::new(),
            name: format!("{from} → {target}"),
        });
    }
    for state in graph.states() {
        let ends = state.object.get("End").and_then(|end| end.as_bool()) == Some(true);
        let end = ends.then(|| (state.pointer.key("End").to_string(), "end".to_owned()));
        let edges = state.edges.iter().map(|edge| {
            let label = match edge.kind {
                EdgeKind::Choice(_) | EdgeKind::Default | EdgeKind::Catch(_) => {
                    format!("{} ({})", edge.target, label(edge.kind))
                }
                _ => edge.target.to_owned(),
            };
            (edge.pointer.to_string(), label)
        });
        all.extend(edges.chain(end).map(|(pointer, target)| TransitionView {
            pointer,
            body: graph.containers()[state.container].pointer.to_string(),
            source: state.pointer.to_string(),
            name: format!("{} → {target}", state.name),
        }));
    }
    all
}

fn label(kind: EdgeKind) -> String {
    match kind {
        EdgeKind::Choice(rule) => format!("rule {}", rule + 1),
        EdgeKind::Default => "default".to_owned(),
        EdgeKind::Catch(catcher) => format!("catcher {}", catcher + 1),
        _ => "next".to_owned(),
    }
}

impl ProblemView {
    fn of(problem: &EditorDiagnostic, text: &ShownText<'_>) -> ProblemView {
        let (start, end) = text.range(&problem.range);
        ProblemView {
            definition: problem.definition,
            pointer: problem.pointer.clone(),
            start,
            end,
            code: problem.code,
            severity: match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: problem.message.clone(),
            help: problem.help.clone(),
            fixes: problem.fixes.iter().map(|fix| fix.title.clone()).collect(),
        }
    }
}
