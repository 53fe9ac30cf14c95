//! Diagrams as DOT text, for Graphviz.

use stepwright_asl::model::StateKind;
use stepwright_asl::overlay::Status;

use super::marks;
use super::outline::{Class, Depicted, Node, Outline, OutlineItem};
use super::text::one_line;

/// Maximum length of a comment in a tooltip, in characters.
const LONGEST: usize = 400;

const HEAD: &str = "\
digraph StateMachine {
  compound=true
  rankdir=TB
  nodesep=0.4
  fontname=\"Helvetica\"
  fontsize=11
  node [shape=box style=\"rounded,filled\" fillcolor=white fontname=\"Helvetica\" fontsize=11]
  edge [fontname=\"Helvetica\" fontsize=9 color=\"#5b6778\" fontcolor=\"#3a4658\"]
";

/// Draws the outline.
pub(super) fn render(outline: &Outline) -> String {
    let mut writer = Writer {
        outline,
        out: HEAD.to_owned(),
        depth: 1,
    };
    for item in outline.items() {
        writer.item(item);
    }
    // Clusters inherit the attributes before them.
    if let Some(title) = &outline.overlay {
        writer.line(&format!("label=\"{}\" labelloc=b", escape(title)));
    }
    writer.out.push_str("}\n");
    writer.out
}

struct Writer<'a> {
    outline: &'a Outline,
    out: String,
    depth: usize,
}

impl Writer<'_> {
    fn item(&mut self, item: OutlineItem) {
        match item {
            OutlineItem::Body(body) => {
                if self.outline.is_framed(body) {
                    let comment = self.outline.bodies[body].comment.as_deref();
                    self.open(&format!("cluster_b{body}"));
                    self.line(&format!(
                        "label=\"{}\" style=dashed color=\"#5b6778\"",
                        escape(comment.unwrap_or_default())
                    ));
                }
                if self.outline.start(body).is_some() {
                    self.line(&format!(
                        "s{body} [shape=circle width=0.15 label=\"\" fillcolor=\"#5b6778\" color=\"#5b6778\"]"
                    ));
                }
            }
            OutlineItem::Node(node) => {
                let found = &self.outline.nodes[node];
                self.open(&format!("cluster_n{node}"));
                self.line(&format!(
                    "label=\"{}\\l\" labeljust=l style=\"rounded,filled\" fillcolor=\"#f3f6fa\" color=\"{}\" tooltip=\"{}\"",
                    text(found, "\\l"),
                    colour(found),
                    escape(&found.tooltip())
                ));
                // Edges can only connect nodes. This invisible node represents its cluster.
                self.line(&format!(
                    "n{node} [shape=point style=invis width=0 height=0 label=\"\"]"
                ));
            }
            OutlineItem::Leaf(node) => {
                let found = &self.outline.nodes[node];
                let shape = match found.depicts {
                    Depicted::State(StateKind::Choice) => " shape=hexagon style=filled",
                    Depicted::State(StateKind::Succeed | StateKind::Fail) => {
                        " shape=oval style=filled"
                    }
                    Depicted::Missing | Depicted::Unknown => " style=\"rounded,dashed\"",
                    _ => "",
                };
                let fill = match &found.mark {
                    Some(mark) => format!(" fillcolor=\"{}\"", marks::light(mark.status).0),
                    None => String::new(),
                };
                self.line(&format!(
                    "n{node} [label=\"{}\"{shape} color=\"{}\"{fill} tooltip=\"{}\"]",
                    text(found, "\\n"),
                    colour(found),
                    escape(&found.tooltip())
                ));
            }
            OutlineItem::Links(body) => self.links(body),
            OutlineItem::EndNode(_) => self.close(),
            OutlineItem::EndBody(body) => {
                if self.outline.is_framed(body) {
                    self.close();
                }
            }
        }
    }

    fn links(&mut self, body: usize) {
        let found = &self.outline.bodies[body];
        if let Some(start) = self.outline.start(body) {
            let ends = self.clusters(None, Some(start));
            self.line(&format!("s{body} -> n{start}{}", attributes(&ends)));
        }
        for link in &found.links {
            let mut attributes_of = self.clusters(Some(link.from), Some(link.to));
            let labels: Vec<String> = link
                .labels
                .iter()
                .map(|label| escape(&label.short))
                .collect();
            if !labels.is_empty() {
                attributes_of.push(format!("label=\"{}\"", labels.join("\\n")));
            }
            if link.class == Class::Catch {
                attributes_of
                    .push("style=dashed color=\"#c4242b\" fontcolor=\"#c4242b\"".to_owned());
            }
            match link.mark {
                Some(Status::NotEntered) => {
                    attributes_of.push("color=\"#c3cad4\" fontcolor=\"#8e9bb0\"".to_owned());
                }
                Some(
                    status @ (Status::Covered
                    | Status::NotCovered
                    | Status::Added
                    | Status::Removed),
                ) => {
                    attributes_of.push(format!("color=\"{}\"", marks::light(status).1));
                }
                Some(_) => attributes_of.push("penwidth=2".to_owned()),
                None => {}
            }
            self.line(&format!(
                "n{} -> n{}{}",
                link.from,
                link.to,
                attributes(&attributes_of)
            ));
        }
        let ends: Vec<usize> = self.outline.ends(body).collect();
        if !ends.is_empty() {
            self.line(&format!(
                "e{body} [shape=doublecircle width=0.12 label=\"\" fillcolor=\"#5b6778\" color=\"#5b6778\"]"
            ));
        }
        for node in ends {
            let clusters = self.clusters(Some(node), None);
            self.line(&format!("n{node} -> e{body}{}", attributes(&clusters)));
        }
    }

    /// Clips an edge at the borders of the clusters that its ends represent.
    fn clusters(&self, from: Option<usize>, to: Option<usize>) -> Vec<String> {
        let has_cluster = |node: &usize| !self.outline.nodes[*node].inner.is_empty();
        let mut attributes = Vec::new();
        if from.is_some() && from == to {
            // Graphviz cannot clip a loop at a border.
            return attributes;
        }
        if let Some(from) = from.filter(has_cluster) {
            attributes.push(format!("ltail=cluster_n{from}"));
        }
        if let Some(to) = to.filter(has_cluster) {
            attributes.push(format!("lhead=cluster_n{to}"));
        }
        attributes
    }

    fn open(&mut self, name: &str) {
        self.line(&format!("subgraph {name} {{"));
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
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

fn attributes(attributes: &[String]) -> String {
    if attributes.is_empty() {
        String::new()
    } else {
        format!(" [{}]", attributes.join(" "))
    }
}

/// Name, type and detail of a node, separated by this line break.
fn text(node: &Node, line_break: &str) -> String {
    let retries = if node.retries { " ↻" } else { "" };
    let (name, kind) = (escape(&node.name), escape(&node.kind()));
    let mark = match &node.mark {
        Some(mark) => format!("{line_break}{}", escape(&marks::words(mark))),
        None => String::new(),
    };
    format!("{name}{line_break}{kind}{retries}{mark}")
}

fn colour(node: &Node) -> &'static str {
    if let Some(mark) = &node.mark {
        return marks::light(mark.status).1;
    }
    match node.depicts {
        Depicted::State(StateKind::Task) | Depicted::Start => "#1d4ed8",
        Depicted::State(StateKind::Pass) => "#52606f",
        Depicted::State(StateKind::Choice) => "#a8500a",
        Depicted::State(StateKind::Wait) => "#6d28d9",
        Depicted::State(StateKind::Succeed) => "#157038",
        Depicted::State(StateKind::Fail) | Depicted::Missing => "#b3181f",
        Depicted::State(StateKind::Parallel) => "#0a6b64",
        Depicted::State(StateKind::Map) | Depicted::Machine => "#0b648c",
        Depicted::Unknown => "#7a1f5c",
    }
}

/// Escapes text in quotes. A backslash would start an escape of Graphviz, and `&` an entity.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for line in text.lines() {
        if !escaped.is_empty() {
            escaped.push_str("\\n");
        }
        for c in one_line(line, LONGEST).chars() {
            match c {
                '"' => escaped.push_str("\\\""),
                '\\' => escaped.push_str("\\\\"),
                '&' => escaped.push_str("&amp;"),
                c => escaped.push(c),
            }
        }
    }
    escaped
}
