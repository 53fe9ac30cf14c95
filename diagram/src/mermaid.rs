//! Diagrams as Mermaid text.
//!
//! Uses a flowchart, not a state diagram: flowcharts support nested boxes, several edges between
//! the same two nodes, dashed lines, and labels with any text.

use stepwright_asl::model::StateKind;
use stepwright_asl::overlay::Status;

use super::marks;
use super::outline::{Class, Depicted, Node, Outline, OutlineItem};
use super::text::one_line;

/// Maximum length of a name or a label, in characters.
const LONGEST: usize = 120;

/// Classes with their colours, which are legible on light and dark backgrounds.
const STYLES: [(&str, &str); 11] = [
    ("task", "fill:#dbe7ff,stroke:#1d4ed8,color:#10192b"),
    ("pass", "fill:#eceff3,stroke:#52606f,color:#10192b"),
    ("choice", "fill:#fdebcf,stroke:#a8500a,color:#10192b"),
    ("wait", "fill:#ece3ff,stroke:#6d28d9,color:#10192b"),
    ("succeed", "fill:#d9f5e2,stroke:#157038,color:#10192b"),
    ("fail", "fill:#ffdfe0,stroke:#b3181f,color:#10192b"),
    ("parallel", "fill:#d5f2ef,stroke:#0a6b64,color:#10192b"),
    ("map", "fill:#d5eefa,stroke:#0b648c,color:#10192b"),
    ("unknown", "fill:#fbe0f1,stroke:#7a1f5c,color:#10192b"),
    (
        "missing",
        "fill:#ffdfe0,stroke:#b3181f,color:#10192b,stroke-dasharray:5 4",
    ),
    ("mark", "fill:#5b6778,stroke:#5b6778,color:#ffffff"),
];

/// Draws the outline.
pub(super) fn render(outline: &Outline) -> String {
    let mut writer = Writer {
        outline,
        out: String::from("flowchart TD\n"),
        depth: 1,
        caught: Vec::new(),
        marked: Vec::new(),
        edges: 0,
    };
    for item in outline.items() {
        writer.item(item);
    }
    if !writer.caught.is_empty() {
        let caught: Vec<String> = writer.caught.iter().map(usize::to_string).collect();
        writer.line(&format!(
            "linkStyle {} stroke:#c4242b,color:#c4242b",
            caught.join(",")
        ));
    }
    writer.marks();
    for (class, style) in STYLES {
        writer.line(&format!("classDef {class} {style}"));
    }
    // Statuses such as `failed` are not classes of shapes.
    for status in marks::legend(outline) {
        let (class, (fill, line)) = (marks::class(status), marks::light(status));
        writer.line(&format!(
            "classDef {class} fill:{fill},stroke:{line},color:#10192b"
        ));
    }
    writer.out
}

struct Writer<'a> {
    outline: &'a Outline,
    out: String,
    depth: usize,
    /// The edges of catchers, by their number in the text.
    caught: Vec<usize>,
    /// The edges with a status.
    marked: Vec<(usize, Status)>,
    edges: usize,
}

impl Writer<'_> {
    fn item(&mut self, item: OutlineItem) {
        match item {
            OutlineItem::Body(body) => {
                if self.outline.is_framed(body) {
                    let comment = self.outline.bodies[body].comment.as_deref();
                    let comment = label(comment.unwrap_or_default());
                    self.line(&format!("subgraph b{body}[\"{comment}\"]"));
                    self.depth += 1;
                    self.line("direction TB");
                }
                if self.outline.start(body).is_some() {
                    self.line(&format!("s{body}((\" \")):::mark"));
                }
            }
            OutlineItem::Node(node) => {
                // One line only: Mermaid reserves no space for a second one above the contents.
                let found = &self.outline.nodes[node];
                let (name, kind) = (label(&found.name), kind(found));
                let mark = mark(found, " · ");
                self.line(&format!("subgraph n{node}[\"{name} · {kind}{mark}\"]"));
                self.depth += 1;
                // Without an explicit direction, Mermaid alternates the direction with each level.
                let sideways = found.has_frames();
                self.line(if sideways {
                    "direction LR"
                } else {
                    "direction TB"
                });
            }
            OutlineItem::Leaf(node) => {
                let found = &self.outline.nodes[node];
                let (left, right) = brackets(found.depicts);
                let class = match &found.mark {
                    Some(mark) => marks::class(mark.status),
                    None => found.depicts.class(),
                };
                let text = text(found);
                self.line(&format!("n{node}{left}\"{text}\"{right}:::{class}"));
            }
            OutlineItem::Links(body) => self.links(body),
            OutlineItem::EndNode(node) => {
                self.branches(node);
                self.end();
                let found = &self.outline.nodes[node];
                let colour = match (&found.mark, found.depicts) {
                    (Some(mark), _) => marks::light(mark.status).1,
                    (None, Depicted::State(StateKind::Map)) => "#0b648c",
                    _ => "#0a6b64",
                };
                self.line(&format!("style n{node} fill:#8090a81a,stroke:{colour}"));
            }
            OutlineItem::EndBody(body) => {
                if self.outline.is_framed(body) {
                    self.end();
                    self.line(&format!(
                        "style b{body} fill:none,stroke:#8e9bb0,stroke-dasharray:2 3"
                    ));
                }
            }
        }
    }

    /// Edges that an execution took are thick, other edges are faint. Edges with test coverage, and
    /// those that only one of two definitions has, have colours.
    fn marks(&mut self) {
        for status in Status::ALL {
            let edges = self.marked.iter().filter(|(_, mark)| *mark == status);
            let edges: Vec<String> = edges.map(|(edge, _)| edge.to_string()).collect();
            if edges.is_empty() {
                continue;
            }
            let style = match status {
                Status::NotEntered => "opacity:0.4".to_owned(),
                Status::Covered | Status::NotCovered | Status::Added | Status::Removed => {
                    format!("stroke:{}", marks::light(status).1)
                }
                _ => "stroke-width:3px".to_owned(),
            };
            self.line(&format!("linkStyle {} {style}", edges.join(",")));
        }
    }

    /// Invisible edges force the branches of a Parallel side by side and in their order.
    fn branches(&mut self, node: usize) {
        let found = &self.outline.nodes[node];
        if found.has_frames() && found.inner.len() > 1 {
            let frames: Vec<String> = found.inner.iter().map(|body| format!("b{body}")).collect();
            self.line(&frames.join(" ~~~ "));
            self.edges += frames.len() - 1;
        }
    }

    fn end(&mut self) {
        self.depth -= 1;
        self.line("end");
    }

    fn links(&mut self, body: usize) {
        let found = &self.outline.bodies[body];
        if let Some(start) = self.outline.start(body) {
            self.edge(&format!("s{body} --> n{start}"));
        }
        for link in &found.links {
            let labels: Vec<String> = link.labels.iter().map(|text| label(&text.short)).collect();
            if let Some(mark) = link.mark {
                self.marked.push((self.edges, mark));
            }
            let arrow = match link.class {
                Class::Catch => {
                    self.caught.push(self.edges);
                    "-.->"
                }
                Class::Next | Class::Choice => "-->",
            };
            let labels = if labels.is_empty() {
                String::new()
            } else {
                format!("|\"{}\"|", labels.join("<br/>"))
            };
            self.edge(&format!("n{} {arrow}{labels} n{}", link.from, link.to));
        }
        let ends: Vec<usize> = self.outline.ends(body).collect();
        if !ends.is_empty() {
            self.line(&format!("e{body}(((\" \"))):::mark"));
        }
        for node in ends {
            self.edge(&format!("n{node} --> e{body}"));
        }
    }

    fn edge(&mut self, text: &str) {
        self.line(text);
        self.edges += 1;
    }

    fn line(&mut self, text: &str) {
        // Deep nesting is not indented further, because the text would grow quadratically.
        for _ in 0..self.depth.min(20) {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }
}

/// Name, type and detail of a node.
fn text(node: &Node) -> String {
    let mark = mark(node, "<br/>");
    format!(
        "{}<br/><small>{}{mark}</small>",
        label(&node.name),
        kind(node)
    )
}

/// The text of a node's status, after a separator.
fn mark(node: &Node, separator: &str) -> String {
    match &node.mark {
        Some(mark) => format!("{separator}{}", label(&marks::words(mark))),
        None => String::new(),
    }
}

/// Type and detail, and a mark for retriers.
fn kind(node: &Node) -> String {
    let retries = if node.retries { " ↻" } else { "" };
    format!("{}{retries}", label(&node.kind()))
}

fn brackets(depicts: Depicted) -> (&'static str, &'static str) {
    match depicts {
        Depicted::State(StateKind::Choice) => ("{{", "}}"),
        Depicted::State(StateKind::Succeed | StateKind::Fail) => ("([", "])"),
        _ => ("[", "]"),
    }
}

/// Escapes text in quotes: characters with a meaning in Mermaid, Markdown or HTML become numeric
/// entities.
fn label(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text, LONGEST).chars() {
        let plain = c.is_alphanumeric()
            || (!c.is_ascii() && !c.is_control())
            || matches!(
                c,
                ' ' | '.' | ',' | ':' | '/' | '=' | '(' | ')' | '+' | '?' | '!'
            );
        if plain {
            escaped.push(c);
        } else {
            escaped.push_str(&format!("#{};", u32::from(c)));
        }
    }
    if escaped.trim().is_empty() {
        "#160;".to_owned()
    } else {
        escaped
    }
}
