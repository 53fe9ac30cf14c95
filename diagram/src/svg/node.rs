//! States as shapes.

use stepwright_asl::model::StateKind;

use crate::layout::{Face, Layout, NAME_LINE, PADDING, RETRY, Rect, TYPE_LINE};
use crate::marks;
use crate::outline::{Depicted, Outline};
use crate::text::xml;

use super::canvas::{Canvas, number};
use super::{handle, legend};

/// Draws a simple state.
pub(super) fn leaf(out: &mut Canvas, outline: &Outline, layout: &Layout, index: usize) {
    let (node, face, rect) = (
        &outline.nodes[index],
        &layout.faces[index],
        layout.nodes[index],
    );
    let rect = rect.moved(out.begin(rect.corner));
    open(out, outline, index, "");
    match node.depicts {
        Depicted::State(StateKind::Choice) => out.line(&hexagon(rect)),
        Depicted::State(StateKind::Succeed | StateKind::Fail) => {
            out.line(&rectangle("box", rect, (rect.size.height / 2.0).min(22.0)));
        }
        _ => {
            out.line(&rectangle("box", rect, 7.0));
            out.line(&stripe(rect));
        }
    }
    if node.retries {
        again(out, rect);
    }
    let middle = rect.corner.x + rect.size.width / 2.0;
    let x = number(middle);
    let y = rect.corner.y + PADDING.1;
    out.line(&format!(
        r#"<text class="kind" x="{}" y="{}">{}</text>"#,
        number(middle - if node.retries { RETRY / 4.0 } else { 0.0 }),
        number(y + 9.5),
        xml(&face.kind)
    ));
    name_lines(out, face, &x, y + TYPE_LINE);
    handle::fold(out, node, rect);
    if let Some(mark) = &node.mark {
        legend::badge(out, mark, rect);
    }
    out.line("</g>");
}

/// Draws a Parallel or Map, and the frames of its branches.
pub(super) fn container(out: &mut Canvas, outline: &Outline, layout: &Layout, index: usize) {
    let (node, face, rect) = (
        &outline.nodes[index],
        &layout.faces[index],
        layout.nodes[index],
    );
    let shift = out.begin(rect.corner);
    let rect = rect.moved(shift);
    open(out, outline, index, " container");
    out.line(&rectangle("box", rect, 9.0));
    if node.retries {
        again(out, rect);
    }
    let x = number(rect.corner.x + PADDING.0);
    let y = rect.corner.y + PADDING.1;
    out.line(&format!(
        r#"<g class="head"><text class="kind" x="{x}" y="{}">{}</text>"#,
        number(y + 9.5),
        xml(&face.kind)
    ));
    name_lines(out, face, &x, y + TYPE_LINE);
    out.line("</g>");
    handle::fold(out, node, rect);
    for &body in node.inner.iter().filter(|_| node.has_frames()) {
        let frame = rectangle("frame", layout.frames[body].moved(shift), 6.0);
        match &outline.bodies[body].comment {
            Some(comment) => out.line(&format!("<g><title>{}</title>{frame}</g>", xml(comment))),
            None => out.line(&frame),
        }
    }
    if let Some(mark) = &node.mark {
        legend::badge(out, mark, rect);
    }
    out.line("</g>");
}

fn open(out: &mut Canvas, outline: &Outline, index: usize, more: &str) {
    let node = &outline.nodes[index];
    let unreached = if node.reached { "" } else { " unreached" };
    let mark = match &node.mark {
        Some(mark) => format!(" is-{}", marks::class(mark.status)),
        None => String::new(),
    };
    let pointer = if out.is_editable() {
        format!(
            r#" data-pointer="{}""#,
            xml(&handle::escaped(&node.pointer))
        )
    } else {
        String::new()
    };
    out.line(&format!(
        r#"<g class="state {}{more}{unreached}{mark}"{pointer} data-state="{}"><title>{}</title>"#,
        node.depicts.class(),
        xml(&node.full_name),
        xml(&node.tooltip())
    ));
}

fn rectangle(class: &str, rect: Rect, radius: f64) -> String {
    format!(
        r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>"#,
        number(rect.corner.x),
        number(rect.corner.y),
        number(rect.size.width),
        number(rect.size.height),
        number(radius)
    )
}

/// The coloured edge at the left of most states.
fn stripe(rect: Rect) -> String {
    let (x, y) = (rect.corner.x, rect.corner.y);
    format!(
        r#"<path class="stripe" d="M{} {}h-1a7 7 0 0 0 -7 7v{}a7 7 0 0 0 7 7h1z"/>"#,
        number(x + 8.0 - 3.0),
        number(y),
        number(rect.size.height - 14.0)
    )
}

/// The shape of a Choice: a box with pointed sides.
fn hexagon(rect: Rect) -> String {
    let (left, top) = (rect.corner.x, rect.corner.y);
    let (right, bottom) = (left + rect.size.width, top + rect.size.height);
    let (middle, cut) = ((top + bottom) / 2.0, 11.0);
    format!(
        r#"<path class="box" stroke-linejoin="round" d="M{} {top}H{}L{} {}L{} {bottom}H{}L{} {}Z"/>"#,
        number(left + cut),
        number(right - cut),
        number(right),
        number(middle),
        number(right - cut),
        number(left + cut),
        number(left),
        number(middle),
        top = number(top),
        bottom = number(bottom),
    )
}

/// Draws the retry mark of a state: a circular arrow.
fn again(out: &mut Canvas, rect: Rect) {
    let x = rect.corner.x + rect.size.width - RETRY / 2.0 - 5.0;
    let y = rect.corner.y + RETRY / 2.0 + 4.0;
    out.line(&format!(
        r#"<path class="again" d="M{} {}a4.5 4.5 0 1 1 -2.6 -3.6m0.4 -3.2v3.4h-3.4"/>"#,
        number(x + 4.5),
        number(y + 0.5),
    ));
}

/// Draws a state's name, line by line from `y`.
fn name_lines(out: &mut Canvas, face: &Face, x: &str, y: f64) {
    let mut y = y;
    for line in &face.name {
        out.line(&format!(
            r#"<text class="name" x="{x}" y="{}">{}</text>"#,
            number(y + 12.0),
            xml(line)
        ));
        y += NAME_LINE;
    }
}
