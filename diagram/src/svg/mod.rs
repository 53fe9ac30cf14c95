//! Writes one self-contained SVG file without scripts, fonts or links, legible on light and dark
//! backgrounds; or the picture for a page that has the styles, with a link around each state.

mod canvas;
mod edge;
mod element;
mod handle;
mod legend;
mod node;
mod number;
mod style;

use super::layout::{self, Layout, Point, Rect};
use super::outline::Outline;
use super::text::xml;
use canvas::{Canvas, number};

use legend::Legend;
use number::tenths;

pub use element::{EditablePicture, PictureElement};
pub(super) use style::all as stylesheet;

/// Returns the link of a state, by its name; `None` for a state without one.
pub(super) type LinkOf<'l> = &'l dyn Fn(&str) -> Option<StateLink>;

/// A link around a state of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateLink {
    /// The target, for the attribute `href`.
    pub href: String,
    /// Whether the page shows this state: the link then has `aria-current="true"`.
    pub is_current: bool,
}

impl StateLink {
    /// Creates a link.
    pub fn new(href: impl Into<String>) -> StateLink {
        StateLink {
            href: href.into(),
            is_current: false,
        }
    }

    /// Sets whether the page shows this state.
    #[must_use]
    pub fn current(mut self, is_current: bool) -> StateLink {
        self.is_current = is_current;
        self
    }

    fn open(&self) -> String {
        let current = if self.is_current {
            r#" aria-current="true""#
        } else {
            ""
        };
        format!(r#"<a href="{}"{current}>"#, xml(&self.href))
    }
}

/// The script of the element `diagram-view`, around a picture of a page.
pub(super) const VIEWER: &str = include_str!("../viewer.js");

/// The style sheet of the handles of an editor.
pub(super) const EDITOR_STYLES: &str = "\
.stepwright .hit { fill: none; stroke: transparent; stroke-width: 24; pointer-events: stroke; }
.stepwright .plus, .stepwright .fold { cursor: pointer; fill: var(--paper); stroke: currentColor; stroke-width: 1.25; }
";

/// The margin of the picture.
const MARGIN: f64 = 24.0;

/// From this length on, an editable picture grows in steps.
const LONG: f64 = 4_000.0;

/// Draws the outline as a self-contained picture.
pub(super) fn render(outline: &Outline) -> String {
    draw(outline, None)
}

/// Draws the outline for a page that has the [styles](style::all), with links.
pub(super) fn render_inline(outline: &Outline, link_of: LinkOf<'_>) -> String {
    draw(outline, Some(link_of))
}

/// Draws the outline for an editor that has the [styles](style::all), with pointers and handles.
pub(super) fn render_editable(outline: &Outline, layout: &Layout) -> EditablePicture {
    let link_of: LinkOf<'_> = &|_| None;
    let mut out = Canvas::default();
    let legend = Legend::of(outline, layout.size.width);
    let (width, height) = size(layout, &legend);
    start(&mut out, outline, (width, height), true, Some(link_of));
    let start = out.text;
    let mut out = Canvas::editable();
    elements(&mut out, outline, layout, Some(link_of), &legend);
    EditablePicture {
        width: tenths(width),
        height: tenths(height),
        start,
        elements: out.into_elements(),
    }
}

/// Draws the outline: with its styles, or with links.
fn draw(outline: &Outline, link_of: Option<LinkOf<'_>>) -> String {
    let layout = layout::lay_out(outline);
    let mut out = Canvas::default();
    let legend = Legend::of(outline, layout.size.width);
    start(&mut out, outline, size(&layout, &legend), false, link_of);
    elements(&mut out, outline, &layout, link_of, &legend);
    out.text.push_str(EditablePicture::END);
    out.text
}

/// The width and the height of the picture.
fn size(layout: &Layout, legend: &Legend) -> (f64, f64) {
    (
        layout.size.width.max(legend.width) + 2.0 * MARGIN,
        layout.size.height + legend.height + 2.0 * MARGIN,
    )
}

/// A length that most edits do not change, at most an eighth more. A browser lays all the text of a
/// picture out again when its size changes, which took a third of the time of an edit of 500
/// states.
fn in_steps(length: f64) -> f64 {
    if length < LONG {
        return length;
    }
    let step = (length / 8.0).log2().floor().exp2();
    (length / step).ceil() * step
}

/// Writes everything before the elements. An edited picture grows in steps, and has its own size in
/// two more attributes.
fn start(
    out: &mut Canvas,
    outline: &Outline,
    (width, height): (f64, f64),
    is_edited: bool,
    link_of: Option<LinkOf<'_>>,
) {
    let (mut all, mut drawn) = ((width, height), String::new());
    if is_edited {
        all = (in_steps(width), in_steps(height));
        drawn = format!(
            r#" data-width="{}" data-height="{}""#,
            number(width),
            number(height)
        );
    }
    // Screen readers do not reach the links of an image.
    let role = if link_of.is_none() { "img" } else { "group" };
    out.line(&format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="stepwright" role="{role}" width="{w}" height="{h}" viewBox="0 0 {w} {h}"{drawn}>"#,
        w = number(all.0),
        h = number(all.1),
    ));
    let states = outline.nodes.len();
    out.line(&format!(
        "<title>State machine of {states} {}</title>",
        if states == 1 { "state" } else { "states" }
    ));
    if let Some(comment) = &outline.comment {
        out.line(&format!("<desc>{}</desc>", xml(comment)));
    }
    if link_of.is_none() {
        style::write(out, outline);
    }
    style::arrow_heads(out, outline);
    out.line(&format!(
        r#"<rect class="paper" width="{}" height="{}"/>"#,
        number(all.0),
        number(all.1)
    ));
    out.line(&format!(r#"<g transform="translate({MARGIN} {MARGIN})">"#));
}

/// Draws the elements of the picture.
fn elements(
    out: &mut Canvas,
    outline: &Outline,
    layout: &Layout,
    link_of: Option<LinkOf<'_>>,
    legend: &Legend,
) {
    // Nested nodes are drawn after the nodes around them; lines are drawn over boxes and under
    // labels.
    for (index, node) in outline.nodes.iter().enumerate() {
        if !node.inner.is_empty() {
            linked(out, link_of, &node.full_name, |out| {
                node::container(out, outline, layout, index);
            });
        }
    }
    edge::lines(out, outline, layout);
    for (index, node) in outline.nodes.iter().enumerate() {
        if node.inner.is_empty() {
            linked(out, link_of, &node.full_name, |out| {
                node::leaf(out, outline, layout, index);
            });
        }
    }
    marks(out, layout);
    edge::labels(out, outline, layout);
    if out.is_editable() {
        handle::draw(out, outline, layout);
    }
    legend.draw(out, layout.size.height);
}

/// Draws a state inside its link.
fn linked(
    out: &mut Canvas,
    link_of: Option<LinkOf<'_>>,
    state: &str,
    draw: impl FnOnce(&mut Canvas),
) {
    let link = link_of.and_then(|link_of| link_of(state));
    if let Some(link) = &link {
        out.line(&link.open());
    }
    draw(out);
    if link.is_some() {
        out.line("</a>");
    }
}

/// Draws the start and end marks of bodies.
fn marks(out: &mut Canvas, layout: &Layout) {
    for (body, origin) in layout.bodies.iter().zip(&layout.origins) {
        if let Some(mark) = body.start {
            let (x, y, radius) = circle(out, mark, *origin);
            out.line(&format!(
                r#"<circle class="mark" cx="{x}" cy="{y}" r="{radius}"><title>start</title></circle>"#
            ));
        }
        if let Some(mark) = body.end {
            let (x, y, radius) = circle(out, mark, *origin);
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

fn circle(out: &mut Canvas, mark: Rect, origin: Point) -> (String, String, String) {
    let corner = mark.corner.moved(origin);
    let corner = corner.moved(out.begin(corner));
    let radius = mark.size.width / 2.0;
    (
        number(corner.x + radius),
        number(corner.y + radius),
        number(radius - 1.0),
    )
}
