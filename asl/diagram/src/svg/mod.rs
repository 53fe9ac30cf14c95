//! Writes one self-contained SVG file without scripts, fonts or links, legible on light and dark backgrounds.

mod canvas;
mod edge;
mod legend;
mod node;
mod style;

use super::layout::{self, Layout, Point, Rect};
use super::outline::Outline;
use super::text::xml;
use canvas::{Canvas, number};
use legend::Legend;

/// The margin of the picture.
const MARGIN: f64 = 24.0;

/// Draws the outline.
pub(super) fn render(outline: &Outline) -> String {
    let layout = layout::lay_out(outline);
    let legend = Legend::of(outline, layout.size.width);
    let (width, height) = (
        layout.size.width.max(legend.width) + 2.0 * MARGIN,
        layout.size.height + legend.height + 2.0 * MARGIN,
    );
    let mut out = Canvas::default();
    out.line(&format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="stepwright" role="img" width="{w}" height="{h}" viewBox="0 0 {w} {h}">"#,
        w = number(width),
        h = number(height),
    ));
    let states = outline.nodes.len();
    out.line(&format!(
        "<title>State machine of {states} {}</title>",
        if states == 1 { "state" } else { "states" }
    ));
    if let Some(comment) = &outline.comment {
        out.line(&format!("<desc>{}</desc>", xml(comment)));
    }
    style::write(&mut out, outline);
    out.line(&format!(
        r#"<rect class="paper" width="{}" height="{}"/>"#,
        number(width),
        number(height)
    ));
    out.line(&format!(r#"<g transform="translate({MARGIN} {MARGIN})">"#));
    // Nested nodes are drawn after the nodes around them; lines are drawn over boxes and under labels.
    for index in 0..outline.nodes.len() {
        if !outline.nodes[index].inner.is_empty() {
            node::container(&mut out, outline, &layout, index);
        }
    }
    edge::lines(&mut out, outline, &layout);
    for index in 0..outline.nodes.len() {
        if outline.nodes[index].inner.is_empty() {
            node::leaf(&mut out, outline, &layout, index);
        }
    }
    marks(&mut out, &layout);
    edge::labels(&mut out, outline, &layout);
    legend.draw(&mut out, layout.size.height);
    out.line("</g>");
    out.line("</svg>");
    out.text
}

/// Draws the start and end marks of bodies.
fn marks(out: &mut Canvas, layout: &Layout) {
    for (body, origin) in layout.bodies.iter().zip(&layout.origins) {
        if let Some(mark) = body.start {
            let (x, y, radius) = circle(mark, *origin);
            out.line(&format!(
                r#"<circle class="mark" cx="{x}" cy="{y}" r="{radius}"><title>start</title></circle>"#
            ));
        }
        if let Some(mark) = body.end {
            let (x, y, radius) = circle(mark, *origin);
            out.line(&format!(
                r#"<g class="end"><title>end</title><circle class="ring" cx="{x}" cy="{y}" r="{radius}"/><circle class="mark" cx="{x}" cy="{y}" r="{}"/></g>"#,
                number(dot(mark))
            ));
        }
    }
}

/// The diameter of the dot inside an end mark.
fn dot(mark: Rect) -> f64 {
    mark.size.width / 2.0 - 4.0
}

fn circle(mark: Rect, origin: Point) -> (String, String, String) {
    let corner = mark.corner.moved(origin);
    let radius = mark.size.width / 2.0;
    (
        number(corner.x + radius),
        number(corner.y + radius),
        number(radius - 1.0),
    )
}
