//! Colours, for light and dark.

use std::collections::HashSet;
use std::fmt::Write;

use crate::diagram::outline::{Class, Outline};

use super::Canvas;

/// Class, colour on light and colour on dark of each kind of state.
const KINDS: [(&str, &str, &str); 10] = [
    ("task", "#1d4ed8", "#7aa7ff"),
    ("pass", "#52606f", "#a3b1c2"),
    ("choice", "#a8500a", "#f2b155"),
    ("wait", "#6d28d9", "#bb9bff"),
    ("succeed", "#157038", "#63d38b"),
    ("fail", "#b3181f", "#ff8b8b"),
    ("parallel", "#0a6b64", "#4fd1c5"),
    ("map", "#0b648c", "#5cc3f0"),
    ("unknown", "#7a1f5c", "#f08ccb"),
    ("missing", "#b3181f", "#ff8b8b"),
];

/// The class of a line.
pub(super) fn line_class(class: Class) -> &'static str {
    match class {
        Class::Next => "next",
        Class::Choice => "rule",
        Class::Catch => "catch",
    }
}

/// One theme: paper, box, text, dimmed text, lines, catch lines, and the colour of each kind by a choice of the table above.
struct Theme {
    paper: &'static str,
    node: &'static str,
    frame: &'static str,
    container: &'static str,
    text: &'static str,
    label: &'static str,
    line: &'static str,
    catch: &'static str,
    kind: fn(&(&'static str, &'static str, &'static str)) -> &'static str,
}

const LIGHT: Theme = Theme {
    paper: "#ffffff",
    node: "#ffffff",
    frame: "#ffffff",
    container: "#f3f6fa",
    text: "#10192b",
    label: "#3a4658",
    line: "#5b6778",
    catch: "#c4242b",
    kind: |kind| kind.1,
};

const DARK: Theme = Theme {
    paper: "#0f1623",
    node: "#1a2436",
    frame: "#0f1623",
    container: "#162032",
    text: "#edf2f9",
    label: "#c3cddb",
    line: "#8e9bb0",
    catch: "#ff8585",
    kind: |kind| kind.2,
};

const FIXED: &str = "\
.stepwright text { font-family: Helvetica, Arial, \"Liberation Sans\", sans-serif; text-anchor: middle; }
.stepwright .head text { text-anchor: start; }
.stepwright .name { font-size: 13px; font-weight: 600; }
.stepwright .kind { font-size: 10.5px; }
.stepwright .label text { font-size: 11px; }
.stepwright .box { stroke-width: 1.4; }
.stepwright .line { fill: none; stroke-width: 1.4; }
.stepwright .trunk { stroke-width: 1.8; }
.stepwright .catch.line { stroke-dasharray: 5 4; }
.stepwright .ring, .stepwright .again { fill: none; stroke-width: 1.6; }
.stepwright .unreached .box, .stepwright .missing .box { stroke-dasharray: 5 4; }
.stepwright .frame { stroke-width: 1; stroke-dasharray: 2 3; }
";

/// Writes the style sheet, with the kinds of states that are there, and the heads of arrows.
pub(super) fn write(out: &mut Canvas, outline: &Outline) {
    let used: HashSet<&str> = outline
        .nodes
        .iter()
        .map(|node| node.shape.class())
        .collect();
    out.line("<style>");
    out.text.push_str(FIXED);
    theme(&LIGHT, &used, &mut out.text);
    out.line("@media (prefers-color-scheme: dark) {");
    theme(&DARK, &used, &mut out.text);
    out.line("}");
    out.line("</style>");
    out.line("<defs>");
    for class in ["next", "rule", "catch"] {
        out.line(&format!(
            r#"<marker id="stepwright-{class}" viewBox="0 0 10 8" refX="9.5" refY="4" markerWidth="10" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip {class}" d="M0 0L10 4L0 8L2.5 4Z"/></marker>"#
        ));
    }
    out.line("</defs>");
}

fn theme(theme: &Theme, used: &HashSet<&str>, out: &mut String) {
    let mut rule = |selectors: &str, declarations: String| {
        let selectors: Vec<String> = selectors
            .split(", ")
            .map(|selector| format!(".stepwright {selector}"))
            .collect();
        // Writing to a `String` does not fail.
        let _ = writeln!(out, "{} {{ {declarations} }}", selectors.join(", "));
    };
    rule(".paper", format!("fill: {};", theme.paper));
    rule(".name", format!("fill: {};", theme.text));
    rule(".box", format!("fill: {};", theme.node));
    rule(".container > .box", format!("fill: {};", theme.container));
    rule(
        ".frame",
        format!("fill: {}; stroke: {};", theme.frame, theme.line),
    );
    rule(".label text", format!("fill: {};", theme.label));
    rule(
        ".label rect",
        format!("fill: {}; fill-opacity: 0.88;", theme.paper),
    );
    rule(".label.inside rect", format!("fill: {};", theme.container));
    rule(".line", format!("stroke: {};", theme.line));
    rule(".tip, .mark", format!("fill: {};", theme.line));
    rule(".ring", format!("stroke: {};", theme.line));
    rule(".catch.line", format!("stroke: {};", theme.catch));
    rule(
        ".catch.tip, .catch.label text",
        format!("fill: {};", theme.catch),
    );
    for kind in KINDS.iter().filter(|kind| used.contains(kind.0)) {
        let colour = (theme.kind)(kind);
        let class = kind.0;
        rule(
            &format!(".{class} > .box, .{class} > .again"),
            format!("stroke: {colour};"),
        );
        rule(
            &format!(".{class} > .kind, .{class} > .stripe, .{class} > .head > .kind"),
            format!("fill: {colour};"),
        );
    }
}
