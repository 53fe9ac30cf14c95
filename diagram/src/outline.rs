//! The content of a diagram, without its layout.

use std::collections::{HashMap, HashSet};

use stepwright_asl::condition;
use stepwright_asl::graph::{EdgeKind, Graph, State};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::StateKind;
use stepwright_asl::overlay::{Mark, Status};

use super::resource;
use super::text::{one_line, tooltip};
use stepwright_asl::limits::{
    DEFAULT_BACKOFF_RATE, DEFAULT_INTERVAL_SECONDS, DEFAULT_MAX_ATTEMPTS,
};

/// Maximum displayed length of a name. AWS allows 80 characters.
const NAME: usize = 120;
/// Maximum length of a condition on an edge.
const CONDITION: usize = 60;

/// The states and transitions of a definition, prepared for drawing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// The machine itself comes first; an inner body follows the body around it.
    pub(super) bodies: Vec<Body>,
    pub(super) nodes: Vec<Node>,
    /// The machine's comment.
    pub(super) comment: Option<String>,
    /// The title of the overlay, if there is one.
    pub(super) overlay: Option<String>,
}

/// The states of the machine, of a branch or of a Map's processor. Transitions never leave their
/// body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    /// Pointer to the object with `StartAt` and `States`.
    pub(super) pointer: String,
    /// The node that contains the body; `None` for the machine.
    pub(super) parent: Option<usize>,
    /// The comment of the branch or processor.
    pub(super) comment: Option<String>,
    pub(super) nodes: Vec<usize>,
    /// The node that `StartAt` names.
    pub(super) start: Option<usize>,
    pub(super) links: Vec<Link>,
}

/// A state, or a placeholder for a missing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Pointer to the state; empty for a missing one.
    pub(super) pointer: String,
    /// The name, truncated.
    pub(super) name: String,
    /// The whole name.
    pub(super) full_name: String,
    pub(super) depicts: Depicted,
    /// A short detail: the service that the state calls, or how long it waits.
    pub(super) detail: Option<String>,
    /// Additional lines of the tooltip.
    pub(super) notes: Vec<String>,
    /// Whether it has retriers.
    pub(super) retries: bool,
    /// Whether the execution, branch or iteration ends here with `End`.
    pub(super) ends: bool,
    /// Whether the state is reachable from `StartAt`.
    pub(super) reached: bool,
    /// The bodies inside it.
    pub(super) inner: Vec<usize>,
    /// The number of states in its bodies, if these are folded.
    pub(super) folded: Option<usize>,
    /// The state's status in the overlay.
    pub(super) mark: Option<Mark>,
    /// The state's fields as JSON, without nested states.
    pub(super) source: String,
}

/// The subject of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depicted {
    /// A state.
    State(StateKind),
    /// A state without a valid `Type`.
    Unknown,
    /// The target of a transition that is not a state of its body.
    Missing,
    /// A state machine among others.
    Machine,
    /// A state that starts executions of another state machine.
    Start,
}

/// A connection from one node to another. Several transitions between the same two nodes are one
/// link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) class: Class,
    /// The trigger of each transition.
    pub(super) labels: Vec<Label>,
    /// Pointer to the name of the target of each transition.
    pub(super) pointers: Vec<String>,
    /// The status of its transitions in the overlay.
    pub(super) mark: Option<Status>,
}

/// The elements of a text format with nested boxes, in output order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutlineItem {
    /// A body begins.
    Body(usize),
    /// A node with bodies inside begins.
    Node(usize),
    /// A node with nothing inside.
    Leaf(usize),
    /// The links of a body, after its nodes.
    Links(usize),
    /// The end of a node.
    EndNode(usize),
    /// The end of a body.
    EndBody(usize),
}

/// The style of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// `Next`.
    Next,
    /// Rules and the `Default` of a Choice.
    Choice,
    /// Catchers.
    Catch,
}

/// The trigger of a transition, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    /// The text on the link, truncated.
    pub(super) short: String,
    /// The full text.
    pub(super) full: String,
}

impl Outline {
    /// The outline without the texts that a picture shows only in tooltips: two outlines that
    /// differ in nothing else have the same layout.
    pub(super) fn without_tooltips(&self) -> Outline {
        let mut outline = self.clone();
        outline.comment = None;
        for body in &mut outline.bodies {
            body.comment = None;
        }
        for node in &mut outline.nodes {
            node.notes = Vec::new();
            node.source = String::new();
        }
        outline
    }

    /// Reads a definition from any JSON.
    pub(super) fn of(definition: &Json) -> Outline {
        let graph = Graph::of(definition);
        let mut outline = Outline {
            comment: comment(definition.as_object()),
            ..Outline::default()
        };
        outline
            .nodes
            .extend(graph.states().iter().map(|state| Node::of(state)));
        let names = graph.states().iter().map(|state| state.name).collect();
        for index in 0..graph.containers().len() {
            outline.body(&graph, index, &names);
        }
        outline
    }

    /// Reads a definition without the bodies of some states.
    pub(super) fn folded(definition: &Json, states: &[String]) -> Outline {
        let counts: HashMap<&str, usize> = {
            let graph = Graph::of(definition);
            let pointers = graph.states().iter().map(|state| state.pointer.to_string());
            let pointers: Vec<String> = pointers.collect();
            let count = |outer: &str| {
                let inner = pointers.iter().filter_map(|own| own.strip_prefix(outer));
                inner.filter(|rest| rest.starts_with('/')).count()
            };
            let counts = states.iter().map(|state| (&**state, count(state)));
            counts.filter(|(_, count)| *count > 0).collect()
        };
        let mut visible = definition.clone();
        for pointer in counts.keys() {
            // The state is absent if a state around it is folded, too.
            if let Some(Json::Object(state)) = visible.pointer_mut(pointer) {
                for bodies in ["Branches", "ItemProcessor", "Iterator"] {
                    state.shift_remove(bodies);
                }
            }
        }
        let mut outline = Outline::of(&visible);
        for node in &mut outline.nodes {
            if let Some(count) = counts.get(&*node.pointer) {
                node.folded = Some(*count);
                node.detail = Some(match count {
                    1 => "1 state".to_owned(),
                    count => format!("{count} states"),
                });
            }
        }
        outline
    }

    /// All elements in output order. Definitions may nest deeply, so this does not recurse.
    pub(super) fn items(&self) -> Vec<OutlineItem> {
        let mut steps = Vec::new();
        let mut open: Vec<OutlineItem> = (!self.bodies.is_empty())
            .then_some(OutlineItem::Body(0))
            .into_iter()
            .collect();
        while let Some(step) = open.pop() {
            steps.push(step);
            match step {
                OutlineItem::Body(body) => {
                    open.extend([OutlineItem::EndBody(body), OutlineItem::Links(body)]);
                    let nodes = self.bodies[body].nodes.iter().rev();
                    open.extend(nodes.map(|node| {
                        if self.nodes[*node].inner.is_empty() {
                            OutlineItem::Leaf(*node)
                        } else {
                            OutlineItem::Node(*node)
                        }
                    }));
                }
                OutlineItem::Node(node) => {
                    open.push(OutlineItem::EndNode(node));
                    open.extend(
                        self.nodes[node]
                            .inner
                            .iter()
                            .rev()
                            .copied()
                            .map(OutlineItem::Body),
                    );
                }
                OutlineItem::Leaf(_)
                | OutlineItem::Links(_)
                | OutlineItem::EndNode(_)
                | OutlineItem::EndBody(_) => {}
            }
        }
        steps
    }

    /// Whether a body has its own frame.
    pub(super) fn is_framed(&self, body: usize) -> bool {
        self.bodies[body]
            .parent
            .is_some_and(|parent| self.nodes[parent].has_frames())
    }

    /// Whether a body has start and end marks. A single nested state needs none.
    pub(super) fn is_marked(&self, body: usize) -> bool {
        let body = &self.bodies[body];
        body.parent.is_none() || body.nodes.len() > 1
    }

    /// The node to which the start mark of a body leads.
    pub(super) fn start(&self, body: usize) -> Option<usize> {
        self.bodies[body].start.filter(|_| self.is_marked(body))
    }

    /// The nodes with a line to the end mark of a body: those where the execution, branch or
    /// iteration ends with `End`.
    pub(super) fn ends(&self, body: usize) -> impl Iterator<Item = usize> {
        let marked = self.is_marked(body);
        let nodes = self.bodies[body].nodes.iter().copied();
        nodes.filter(move |node| marked && self.nodes[*node].ends && self.nodes[*node].reached)
    }

    /// `names` contains the states of all bodies.
    fn body(&mut self, graph: &Graph<'_>, index: usize, names: &HashSet<&str>) {
        let container = &graph.containers()[index];
        for state in graph.reachable(index) {
            self.nodes[state].reached = true;
        }
        let mut body = Body {
            pointer: container.pointer.to_string(),
            parent: container.parent,
            comment: container
                .parent
                .and_then(|_| comment(Some(container.object))),
            nodes: container.states.clone(),
            start: None,
            links: Vec::new(),
        };
        let mut missing = HashMap::new();
        let mut target = |name: &str, body: &mut Body, nodes: &mut Vec<Node>| {
            graph.find(index, name).unwrap_or_else(|| {
                *missing.entry(name.to_owned()).or_insert_with(|| {
                    nodes.push(Node::missing(name, names.contains(name)));
                    body.nodes.push(nodes.len() - 1);
                    nodes.len() - 1
                })
            })
        };
        if let Some(name) = container.start_at {
            body.start = Some(target(name, &mut body, &mut self.nodes));
        }
        let mut links: HashMap<(usize, usize, Class), usize> = HashMap::new();
        for &from in &container.states {
            let state = &graph.states()[from];
            for edge in &state.edges {
                let (class, label) = label(state.object, edge.kind);
                let to = target(edge.target, &mut body, &mut self.nodes);
                let link = *links.entry((from, to, class)).or_insert_with(|| {
                    body.links.push(Link {
                        from,
                        to,
                        class,
                        labels: Vec::new(),
                        pointers: Vec::new(),
                        mark: None,
                    });
                    body.links.len() - 1
                });
                body.links[link].labels.extend(label);
                body.links[link].pointers.push(edge.pointer.to_string());
            }
        }
        self.bodies.push(body);
    }
}

impl Node {
    fn of(state: &State<'_>) -> Node {
        let object = state.object;
        let depicts = state.kind.map_or(Depicted::Unknown, Depicted::State);
        Node {
            pointer: state.pointer.to_string(),
            name: name(state.name),
            full_name: tooltip(state.name),
            depicts,
            detail: resource::detail(state),
            notes: notes(object),
            retries: object
                .get("Retry")
                .and_then(Json::as_array)
                .is_some_and(|retriers| !retriers.is_empty()),
            ends: object.get("End").and_then(Json::as_bool) == Some(true),
            reached: false,
            inner: state.inner.clone(),
            folded: None,
            mark: None,
            source: source(object),
        }
    }

    /// A node that is no state of a definition.
    pub(super) fn named(shown: &str, full_name: &str, depicts: Depicted) -> Node {
        Node {
            pointer: String::new(),
            name: name(shown),
            full_name: tooltip(full_name),
            depicts,
            detail: None,
            notes: Vec::new(),
            retries: false,
            ends: false,
            reached: true,
            inner: Vec::new(),
            folded: None,
            mark: None,
            source: String::new(),
        }
    }

    /// `elsewhere` is whether another body has a state of this name.
    fn missing(missing: &str, elsewhere: bool) -> Node {
        let note = if elsewhere {
            "no state of this scope has that name: a transition cannot leave its branch"
        } else {
            "no state has that name"
        };
        Node {
            notes: vec![note.to_owned()],
            ..Node::named(missing, missing, Depicted::Missing)
        }
    }

    /// The type and the detail.
    pub(super) fn kind(&self) -> String {
        match &self.detail {
            Some(detail) => format!("{} · {detail}", self.type_label()),
            None => self.type_label().to_owned(),
        }
    }

    /// The name of the type: `Task`, `Map`, ...
    fn type_label(&self) -> &'static str {
        match self.depicts {
            Depicted::State(kind) => kind.as_str(),
            Depicted::Unknown => "unknown type",
            Depicted::Missing => "missing state",
            Depicted::Machine => "state machine",
            Depicted::Start => "starts",
        }
    }

    /// Whether the nested bodies have their own frames.
    pub(super) fn has_frames(&self) -> bool {
        self.depicts == Depicted::State(StateKind::Parallel) || self.inner.len() > 1
    }

    /// The tooltip of a node, with all its details.
    pub(super) fn tooltip(&self) -> String {
        let mut lines = vec![format!("{} ({})", self.full_name, self.type_label())];
        if !self.reached {
            lines.push("nothing leads here".to_owned());
        }
        if let Some(mark) = &self.mark {
            lines.push(mark.status.as_str().to_owned());
            lines.extend(mark.notes.iter().cloned());
        }
        lines.extend(self.notes.iter().cloned());
        tooltip(&lines.join("\n"))
    }
}

impl Depicted {
    /// A class name that is valid in all formats.
    pub(super) fn class(self) -> &'static str {
        match self {
            Depicted::State(StateKind::Task) => "task",
            Depicted::State(StateKind::Pass) => "pass",
            Depicted::State(StateKind::Choice) => "choice",
            Depicted::State(StateKind::Wait) => "wait",
            Depicted::State(StateKind::Succeed) => "succeed",
            Depicted::State(StateKind::Fail) => "fail",
            Depicted::State(StateKind::Parallel) => "parallel",
            Depicted::State(StateKind::Map) => "map",
            Depicted::Unknown => "unknown",
            Depicted::Missing => "missing",
            Depicted::Machine => "machine",
            Depicted::Start => "starts",
        }
    }
}

impl Link {
    /// The tooltip of a link, with its triggers in full.
    pub(super) fn tooltip(&self, from: &Node, to: &Node) -> String {
        let mut lines = vec![format!("{} → {}", from.full_name, to.full_name)];
        lines.extend(self.labels.iter().map(|label| label.full.clone()));
        tooltip(&lines.join("\n"))
    }
}

fn name(name: &str) -> String {
    let name = one_line(name, NAME);
    if name.is_empty() {
        "(no name)".to_owned()
    } else {
        name
    }
}

fn comment(object: Option<&Object>) -> Option<String> {
    let comment = object?.get("Comment")?.as_str()?.trim();
    (!comment.is_empty()).then(|| tooltip(comment))
}

/// The fields of a state, without nested states.
fn source(state: &Object) -> String {
    let own = state.iter().filter(|(key, value)| match key.as_str() {
        "Branches" => value.as_array().is_none(),
        "ItemProcessor" | "Iterator" => value.as_object().is_none(),
        _ => true,
    });
    let own = own.map(|(key, value)| (key.clone(), value.clone()));
    Json::Object(own.collect()).to_pretty()
}

/// The style of a transition's link, and its label.
fn label(state: &Object, kind: EdgeKind) -> (Class, Option<Label>) {
    let item = |field: &str, index: usize| state.get(field)?.as_array()?.get(index);
    match kind {
        EdgeKind::Choice(rule) => {
            let label = item("Choices", rule).map(Label::of_rule);
            (Class::Choice, label)
        }
        EdgeKind::Default => (Class::Choice, Some(Label::of("default"))),
        EdgeKind::Catch(catcher) => {
            let errors = item("Catch", catcher).and_then(|catcher| catcher.get("ErrorEquals"));
            (Class::Catch, Some(Label::of(&names(errors))))
        }
        // `Next`, and any kind that a later version of `stepwright-asl` adds.
        _ => (Class::Next, None),
    }
}

impl Label {
    /// The comment of a rule: for a workflow in Rust its condition in Rust. Otherwise the
    /// condition. The tooltip has both.
    fn of_rule(rule: &Json) -> Label {
        let condition = condition::readable(rule);
        match comment(rule.as_object()) {
            Some(comment) => Label {
                full: tooltip(&format!("{comment}\n{condition}")),
                ..Label::of(&comment)
            },
            None => Label::of(&condition),
        }
    }

    fn of(text: &str) -> Label {
        Label {
            short: one_line(text, CONDITION),
            full: tooltip(text),
        }
    }
}

/// The names in an `ErrorEquals`.
fn names(errors: Option<&Json>) -> String {
    let names = errors.and_then(Json::as_array).into_iter().flatten();
    let names: Vec<&str> = names.filter_map(Json::as_str).collect();
    if names.is_empty() {
        "?".to_owned()
    } else {
        names.join(", ")
    }
}

/// Comment, timeouts and retriers, for the tooltip.
fn notes(state: &Object) -> Vec<String> {
    let mut notes: Vec<String> = comment(Some(state)).into_iter().collect();
    if let Some(resource) = state.get("Resource").and_then(Json::as_str) {
        notes.push(one_line(resource, 300));
    }
    for key in [
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
    ] {
        if let Some(value) = state.get(key) {
            notes.push(format!("{key}: {}", one_line(&value.to_string(), 100)));
        }
    }
    let retriers = state.get("Retry").and_then(Json::as_array);
    for retrier in retriers.into_iter().flatten().take(20) {
        let mut note = format!("Retry {}", names(retrier.get("ErrorEquals")));
        // Defaults are shown as well, because they apply to absent fields.
        let rate = format!("{DEFAULT_BACKOFF_RATE}.0");
        for (key, default, words) in [
            ("MaxAttempts", DEFAULT_MAX_ATTEMPTS.to_string(), " attempts"),
            (
                "IntervalSeconds",
                DEFAULT_INTERVAL_SECONDS.to_string(),
                " s apart",
            ),
            ("BackoffRate", rate, " times longer each"),
        ] {
            let value = retrier.get(key).map(Json::to_string);
            let value = value.unwrap_or(default);
            note.push_str(", ");
            note.push_str(&one_line(&value, 60));
            note.push_str(words);
        }
        notes.push(note);
    }
    let mut seen = HashSet::new();
    notes.retain(|note| seen.insert(note.clone()));
    notes
}
