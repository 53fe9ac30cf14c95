//! The frame of HTML pages. They have no scripts and load nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use stepwright_diagram::{Diagram, page_head, page_text, stylesheet};

/// The style, in addition to that of pictures.
const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3, p, li, code, .text { overflow-wrap: anywhere; }
td.text { min-width: 8em; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border-bottom: 1px solid #8884; padding: 0.25rem 0.75rem; text-align: left; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.examples { opacity: 0.75; }
.problem, .high { color: #b3181f; }
.medium { color: #a8500a; }
.picture { overflow-x: auto; border: 1px solid #8884; border-radius: 6px; padding: 0.5rem; }
.pictures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
code { background: #8882; border-radius: 3px; padding: 0 0.2rem; }
@media (prefers-color-scheme: dark) { .problem, .high { color: #ff8b8b; } .medium { color: #f2b155; } }
@media (max-width: 800px) { .pictures { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 500px) { table { font-size: 0.8rem; } th, td { padding: 0.25rem 0.2rem; } td.text { min-width: 5em; } body { margin: 1rem auto; padding: 0 0.5rem; } }
";

/// Returns a page with a title, which is its heading, too.
pub(crate) fn page(title: &str, content: &Markup) -> String {
    let head = page_head(title, &format!("{}{STYLE}", stylesheet()), &[]);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (PreEscaped(head))
            body {
                main {
                    h1 { (title) }
                    (content)
                }
            }
        }
    };
    page.into_string()
}

/// A text with code between backticks.
pub(crate) fn text(text: &str) -> Markup {
    PreEscaped(page_text(text))
}

/// A picture, which scrolls if it is wider than the page.
pub(crate) fn picture(name: &str, diagram: &Diagram) -> Markup {
    html! {
        div class="picture" tabindex="0" role="region" aria-label=(name) {
            (PreEscaped(diagram.to_inline_svg(|_| None)))
        }
    }
}
