//! Colours, for light and dark backgrounds.

use std::collections::HashSet;
use std::fmt::Write;

use stepwright_asl::overlay::Status;

use crate::marks;
use crate::outline::{Class, Outline};

use super::canvas::Canvas;

/// Class, light colour and dark colour of each kind of state.
const KINDS: [(&str, &str, &str); 12] = [
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
    ("machine", "#0b648c", "#5cc3f0"),
    ("starts", "#1d4ed8", "#7aa7ff"),
];

/// The class of a line.
pub(super) fn line_class(class: Class) -> &'static str {
    match class {
        Class::Next => "next",
        Class::Choice => "rule",
        Class::Catch => "catch",
    }
}

/// The class of a line with its own colour: one with coverage, or that only one definition has.
/// Lines with the status of an execution have none.
pub(super) fn coloured(mark: Status) -> Option<&'static str> {
    let is_coloured = is_coverage(mark) || is_difference(mark);
    is_coloured.then_some(marks::class(mark))
}

fn is_coverage(mark: Status) -> bool {
    matches!(
        mark,
        Status::Covered | Status::PartlyCovered | Status::NotCovered
    )
}

fn is_difference(mark: Status) -> bool {
    matches!(mark, Status::Added | Status::Removed)
}

/// The statuses of the coloured lines in a picture with these statuses. A line may be covered
/// although no state is, and vice versa.
fn line_colours(marks: &[Status]) -> impl Iterator<Item = Status> {
    let has_coverage = marks.iter().any(|mark| is_coverage(*mark));
    let coverage = [Status::Covered, Status::NotCovered].into_iter();
    let differences = marks.iter().copied().filter(|mark| is_difference(*mark));
    coverage.filter(move |_| has_coverage).chain(differences)
}

/// A colour theme: paper, box, text, dimmed text, lines, catch lines, and a function that selects
/// the colours of kinds from the table above.
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
    mark: fn(Status) -> (&'static str, &'static str),
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
    mark: marks::light,
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
    mark: marks::dark,
};

const FIXED: &str = "\
.stepwright text { font-family: Helvetica, Arial, \"Liberation Sans\", \"DejaVu Sans Condensed\", sans-serif; text-anchor: middle; }
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

/// Additional rules for pictures with marks.
const MARKS: &str = "\
.stepwright .badge text { font-size: 10.5px; font-weight: 600; text-anchor: start; }
.stepwright .badge path { fill: none; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.stepwright .legend > text { font-size: 11px; text-anchor: start; }
.stepwright .legend > .title { font-weight: 600; }
.stepwright .line.is-taken { stroke-width: 2.4; }
.stepwright .line.is-unentered { opacity: 0.4; }
.stepwright .label.is-unentered text, .stepwright .is-unentered > text, .stepwright .is-unentered > .head, .stepwright .is-unentered > .again { opacity: 0.6; }
.stepwright .is-unentered > .stripe { opacity: 0.4; }
";

/// Writes the style sheet, with only the kinds of states in the picture.
pub(super) fn write(out: &mut Canvas, outline: &Outline) {
    let used: HashSet<&str> = outline
        .nodes
        .iter()
        .map(|node| node.depicts.class())
        .collect();
    let marks = outline.overlay.as_ref().map(|_| marks::legend(outline));
    out.line("<style>");
    rules(&used, marks.as_deref(), &mut out.text);
    out.line("</style>");
}

/// Returns the style sheet of all pictures.
pub(in super::super) fn all() -> String {
    let kinds = KINDS.iter().map(|kind| kind.0).collect();
    let mut out = String::new();
    colours(&LIGHT, &mut out);
    out.push_str("@media (prefers-color-scheme: dark) {\n");
    colours(&DARK, &mut out);
    out.push_str("}\n");
    rules(&kinds, Some(&Status::ALL), &mut out);
    out
}

/// Defines the colours of the statuses as variables.
fn colours(theme: &Theme, out: &mut String) {
    out.push_str(":root {");
    for (name, status) in [
        ("good", Status::Succeeded),
        ("warn", Status::Caught),
        ("bad", Status::Failed),
        ("run", Status::Running),
        ("stop", Status::Stopped),
    ] {
        let (fill, line) = (theme.mark)(status);
        // Writing to a `String` cannot fail.
        let _ = write!(out, " --{name}: {line}; --{name}-fill: {fill};");
    }
    out.push_str(" }\n");
}

/// Writes the rules for these kinds of states and, in a picture with marks, for these statuses.
fn rules(kinds: &HashSet<&str>, marks: Option<&[Status]>, out: &mut String) {
    out.push_str(FIXED);
    if marks.is_some() {
        out.push_str(MARKS);
    }
    let marks = marks.unwrap_or_default();
    theme(&LIGHT, kinds, marks, out);
    out.push_str("@media (prefers-color-scheme: dark) {\n");
    theme(&DARK, kinds, marks, out);
    out.push_str("}\n");
}

/// Defines the arrow heads of the picture.
pub(super) fn arrow_heads(out: &mut Canvas, outline: &Outline) {
    let marks = outline.overlay.as_ref().map(|_| marks::legend(outline));
    let marks = marks.unwrap_or_default();
    out.line("<defs>");
    let colours = line_colours(&marks).map(marks::class);
    for class in ["next", "rule", "catch"].into_iter().chain(colours) {
        out.line(&format!(
            r#"<marker id="stepwright-{class}" viewBox="0 0 10 8" refX="9.5" refY="4" markerWidth="10" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip {class}" d="M0 0L10 4L0 8L2.5 4Z"/></marker>"#
        ));
    }
    out.line("</defs>");
}

fn theme(theme: &Theme, used: &HashSet<&str>, marks: &[Status], out: &mut String) {
    let mut rule = |selectors: &str, declarations: String| {
        let selectors: Vec<String> = selectors
            .split(", ")
            .map(|selector| format!(".stepwright {selector}"))
            .collect();
        // Writing to a `String` cannot fail.
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
    if marks.is_empty() {
        return;
    }
    rule(".legend > text", format!("fill: {};", theme.text));
    rule(".badge path", format!("stroke: {};", theme.paper));
    rule(".badge text", format!("fill: {};", theme.paper));
    for status in line_colours(marks) {
        let (class, (_, line)) = (marks::class(status), (theme.mark)(status));
        rule(&format!(".line.is-{class}"), format!("stroke: {line};"));
        rule(
            &format!(".{class}.tip, .label.is-{class} text"),
            format!("fill: {line};"),
        );
    }
    for &status in marks {
        let (class, (fill, line)) = (marks::class(status), (theme.mark)(status));
        rule(
            &format!(".is-{class} > .box, .is-{class} > .again"),
            format!("stroke: {line};"),
        );
        rule(&format!(".is-{class} > .box"), format!("fill: {fill};"));
        rule(
            &format!(".container.is-{class} > .box"),
            format!("fill: {};", theme.container),
        );
        rule(
            &format!(".is-{class} > .stripe, .badge.{class} rect"),
            format!("fill: {line};"),
        );
        rule(
            &format!(".is-{class} > .kind, .is-{class} > .head > .kind"),
            format!("fill: {};", theme.label),
        );
    }
}
