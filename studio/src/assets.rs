//! The style sheet and the scripts of the page, which are part of the binary.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::digest::digest;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The modules of the page. The first one imports the others.
pub(crate) const MODULES: [(&str, &str); 9] = [
    ("studio.js", include_str!("assets/studio.js")),
    ("host.js", include_str!("assets/host.js")),
    ("server.js", include_str!("assets/server.js")),
    ("canvas.js", include_str!("assets/canvas.js")),
    ("code.js", include_str!("assets/code.js")),
    ("lists.js", include_str!("assets/lists.js")),
    ("panels.js", include_str!("assets/panels.js")),
    ("complete.js", include_str!("assets/complete.js")),
    ("drafts.js", include_str!("assets/drafts.js")),
];

/// Returns a file of the page.
pub(crate) fn respond(name: &str) -> Option<Response> {
    let module = MODULES.iter().find(|(module, _)| *module == name);
    let (kind, content) = match (name, module) {
        (_, Some((_, content))) => (SCRIPT, (*content).to_owned()),
        ("viewer.js", _) => (SCRIPT, stepwright_diagram::viewer_script().to_owned()),
        ("studio.css", _) => (STYLE, style_sheet()),
        _ => return None,
    };
    // The addresses have no digest, because modules import each other.
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")];
    Some((headers, content).into_response())
}

fn style_sheet() -> String {
    let pictures = stepwright_diagram::stylesheet();
    let handles = stepwright_diagram::editor_stylesheet();
    format!(
        "{pictures}\n{handles}\n{}",
        include_str!("assets/studio.css")
    )
}

/// A tag that changes with the scripts, for the page.
pub(crate) fn version() -> String {
    let all: Vec<&str> = MODULES.iter().map(|(_, content)| *content).collect();
    digest(all.concat().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_of_the_page_have_at_most_60_kilobytes() {
        let bytes: usize = MODULES.iter().map(|(_, content)| content.len()).sum();
        assert!(bytes <= 60 * 1024, "{bytes} bytes");
    }
}
