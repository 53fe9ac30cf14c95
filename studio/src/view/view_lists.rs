//! The lists of a view: states, transitions, problems, and the elements of the picture. A page gets
//! only the changes to the lists that it has.

use std::sync::Arc;

use maud::{PreEscaped, html};
use serde::Serialize;
use stepwright_asl::graph::{Edge, EdgeKind, Graph, State};
use stepwright_asl::validate::Severity;
use stepwright_diagram::{Diagram, PictureCache, page_text};
use stepwright_editor::{Definition, EditorDiagnostic};

use super::list_patch::{Change, Item, changes};
use crate::edit::session::Session;
use crate::edit::shown_text::ShownText;

/// The number of views of a file that are cached: several pages may show different revisions and
/// definitions.
const MOST_VIEWS: usize = 8;

/// The last views of a file.
#[derive(Debug, Default)]
pub(crate) struct ViewCache {
    views: Vec<Arc<ViewLists>>,
    pictures: PictureCache,
    /// The number of views so far.
    count: u64,
}

/// The part of a file that a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ViewKey {
    pub(crate) revision: usize,
    pub(crate) definition: usize,
    /// Pointers to the states whose bodies are folded.
    pub(crate) folded: Vec<String>,
}

/// The lists of a view. Positions are those of the shown text, or tenths of a pixel.
#[derive(Debug)]
pub(crate) struct ViewLists {
    key: ViewKey,
    /// Names the lists, for the page that has them.
    pub(crate) tag: String,
    states: Vec<Item<StateView>>,
    transitions: Vec<Item<TransitionView>>,
    problems: Vec<Item<ProblemView>>,
    elements: Vec<Item<String>>,
    /// The picture up to its elements; empty without a definition.
    start: String,
}

/// The changes from the lists of a page to other ones.
#[derive(Debug, Serialize)]
pub(crate) struct ListChanges {
    states: Vec<Change<StateView>>,
    transitions: Vec<Change<TransitionView>>,
    problems: Vec<Change<ProblemView>>,
    elements: Vec<Change<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct StateView {
    pointer: String,
    name: String,
    kind: String,
    /// How many bodies contain it.
    level: usize,
    /// The pointer to the state around it; empty for a state of the machine.
    parent: String,
    /// The pointer to its body.
    body: String,
    is_first: bool,
    /// The text for a screen reader.
    about: String,
    /// Pointer to the transition after which the palette inserts; empty for the end of a body.
    exit: String,
    /// The states to which the arrow keys lead: up, down, left and right.
    arrows: [String; 4],
    /// The names of the other states that follow it without an error.
    successors: Vec<String>,
}

/// A transition, as a person names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct TransitionView {
    pointer: String,
    body: String,
    /// The pointer to its source; empty for the start of a body.
    source: String,
    name: String,
}

/// A problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct ProblemView {
    definition: Option<usize>,
    pointer: String,
    /// The pointer to the innermost state with the problem; empty outside of states.
    state: String,
    severity: &'static str,
    /// The item of the list.
    row: String,
}

/// The maximum number of fixes with a button.
const MOST_FIXES: usize = 3;

impl ViewCache {
    /// Returns the lists of a part of the file. They are made once, and an edit that
    /// moves nothing in the picture reuses its layout.
    pub(crate) fn lists(&mut self, session: &Session, key: &ViewKey) -> Arc<ViewLists> {
        if let Some(known) = self.views.iter().find(|known| known.key == *key) {
            return known.clone();
        }
        self.count += 1;
        let made = ViewLists::of(
            session,
            key.clone(),
            self.count.to_string(),
            &mut self.pictures,
        );
        let made = Arc::new(made);
        if self.views.len() >= MOST_VIEWS {
            self.views.remove(0);
        }
        self.views.push(made.clone());
        made
    }

    /// The lists with a tag, if they are still cached.
    pub(crate) fn tagged(&self, tag: &str) -> Option<Arc<ViewLists>> {
        self.views.iter().find(|known| known.tag == tag).cloned()
    }
}

impl ViewLists {
    fn of(session: &Session, key: ViewKey, tag: String, pictures: &mut PictureCache) -> ViewLists {
        let document = session.document();
        let text = ShownText::of(document.text());
        let chosen = document.definitions().get(key.definition);
        let picture =
            chosen.map(|chosen| pictures.picture(&Diagram::folded(chosen.json(), &key.folded)));
        let (start, elements) = match picture {
            Some(picture) => (picture.start, picture.elements),
            None => (String::new(), Vec::new()),
        };
        let elements = elements.into_iter().map(|element| Item {
            content: element.markup,
            at: [element.x, element.y],
        });
        let graphs: Vec<Graph<'_>> = document
            .definitions()
            .iter()
            .map(Definition::graph)
            .collect();
        let problems = session.diagnostics().iter();
        ViewLists {
            key,
            tag,
            states: chosen.map_or_else(Vec::new, |chosen| states(chosen, &text)),
            transitions: chosen.map_or_else(Vec::new, transitions),
            problems: problems
                .map(|problem| ProblemView::of(problem, &graphs, &text))
                .collect(),
            elements: elements.collect(),
            start,
        }
    }

    /// The changes from the lists of a page, or all items for a page without lists.
    pub(crate) fn changes_since(&self, old: Option<&ViewLists>) -> ListChanges {
        let old_states = old.map_or(&[][..], |old| &old.states);
        let old_transitions = old.map_or(&[][..], |old| &old.transitions);
        let old_problems = old.map_or(&[][..], |old| &old.problems);
        let old_elements = old.map_or(&[][..], |old| &old.elements);
        let has_start = old.is_some_and(|old| old.start == self.start);
        ListChanges {
            states: changes(old_states, &self.states),
            transitions: changes(old_transitions, &self.transitions),
            problems: changes(old_problems, &self.problems),
            elements: changes(old_elements, &self.elements),
            start: (!has_start).then(|| self.start.clone()),
        }
    }
}

fn states(definition: &Definition, text: &ShownText<'_>) -> Vec<Item<StateView>> {
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
        let mut successors: Vec<String> = Vec::new();
        for (target, edge) in graph.successors(index) {
            let name = graph.states()[target].name;
            let is_error = matches!(edge.kind, EdgeKind::Catch(_));
            if !is_error && target != index && !successors.iter().any(|known| known == name) {
                successors.push(name.to_owned());
            }
        }
        let exit = ["Next", "End", "Default"].into_iter().find(|field| {
            let value = state.object.get(*field);
            value.is_some_and(|value| value.as_str().is_some() || value.as_bool() == Some(true))
        });
        let content = StateView {
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
            is_first,
            successors,
            pointer: own,
        };
        Item {
            content,
            at: [start as i64, end as i64],
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

fn transitions(definition: &Definition) -> Vec<Item<TransitionView>> {
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
    let items = all.into_iter().map(|content| Item {
        content,
        at: [0, 0],
    });
    items.collect()
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
    fn of(
        problem: &EditorDiagnostic,
        graphs: &[Graph<'_>],
        text: &ShownText<'_>,
    ) -> Item<ProblemView> {
        let graph = problem.definition.and_then(|index| graphs.get(index));
        let state = graph.and_then(|graph| {
            let state = graph.state_at(&problem.pointer)?;
            Some(graph.states()[state].pointer.to_string())
        });
        let (start, end) = text.range(&problem.range);
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let row = html! {
            li class=(severity) {
                button type="button" class="link" {
                    (severity) " " (problem.code.unwrap_or_default()) ": " (PreEscaped(page_text(&problem.message)))
                }
                @if let Some(help) = &problem.help { p class="meaning" { (PreEscaped(page_text(help))) } }
                div class="commands" {
                    @for fix in problem.fixes.iter().take(MOST_FIXES) {
                        button type="button" data-fix=(fix.title) { (PreEscaped(page_text(&fix.title))) }
                    }
                }
            }
        };
        let content = ProblemView {
            definition: problem.definition,
            pointer: problem.pointer.clone(),
            state: state.unwrap_or_default(),
            severity,
            row: row.into_string(),
        };
        Item {
            content,
            at: [start as i64, end as i64],
        }
    }
}

#[cfg(test)]
mod tests {
    use stepwright_asl::MachineType;
    use stepwright_asl::validate::Validator;

    use super::*;
    use crate::edit::action::Action;

    #[test]
    fn an_edit_that_moves_nothing_in_the_picture_reuses_its_layout() {
        let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": {"QueueUrl": "q", "MessageBody": "m"}, "End": true}}}"#;
        let mut session = Session::open("a.asl.json", text, Validator::new(MachineType::Standard));
        let mut cache = ViewCache::default();
        let mut computed = |session: &Session, folded: &[&str]| {
            let key = ViewKey {
                revision: session.revision(),
                definition: 0,
                folded: folded.iter().map(|state| (*state).to_owned()).collect(),
            };
            let made = cache.lists(session, &key);
            let diagram = Diagram::folded(session.document().definitions()[0].json(), &key.folded);
            let elements = diagram.to_editable_picture().elements;
            let shown: Vec<&String> = made.elements.iter().map(|item| &item.content).collect();
            let fresh: Vec<&String> = elements.iter().map(|element| &element.markup).collect();
            assert_eq!(shown, fresh);
            cache.pictures.computed()
        };
        assert_eq!(computed(&session, &[]), 1);
        let set = |session: &mut Session, field: &str, input: &str| {
            let action = format!(
                r#"{{"do": "set", "definition": 0, "field": "/States/A/{field}", "kind": "text", "input": "{input}"}}"#
            );
            let action: Action = serde_json::from_str(&action).expect("it is an action");
            let revision = session.revision();
            session
                .apply(revision, &[action])
                .expect("the state exists");
        };
        set(&mut session, "Comment", "a longer text");
        assert_eq!(computed(&session, &[]), 1);
        set(&mut session, "Arguments/MessageBody", "another text");
        assert_eq!(computed(&session, &[]), 1);
        set(
            &mut session,
            "Resource",
            "arn:aws:states:::dynamodb:putItem",
        );
        assert_eq!(computed(&session, &[]), 2);
    }
}
