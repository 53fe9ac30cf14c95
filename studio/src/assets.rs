//! The style sheet and the scripts of the page, which are part of the binary.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::digest::digest;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The modules of the page as the browser gets them: without comments and indentation, which are a
/// sixth of them. The first one imports the others.
static MODULES: LazyLock<[(&str, String); 11]> = LazyLock::new(|| {
    [
        ("studio.js", include_str!("assets/studio.js")),
        ("dom.js", include_str!("assets/dom.js")),
        ("host.js", include_str!("assets/host.js")),
        ("server.js", include_str!("assets/server.js")),
        ("canvas.js", include_str!("assets/canvas.js")),
        ("code.js", include_str!("assets/code.js")),
        ("lists.js", include_str!("assets/lists.js")),
        ("panels.js", include_str!("assets/panels.js")),
        ("complete.js", include_str!("assets/complete.js")),
        ("tests.js", include_str!("assets/tests.js")),
        ("drafts.js", include_str!("assets/drafts.js")),
    ]
    .map(|(name, script)| (name, compact(script)))
});

/// Removes indentation, empty lines and the lines of comments. No text of the scripts has several
/// lines.
fn compact(script: &str) -> String {
    let mut compact = String::with_capacity(script.len());
    let mut is_in_comment = false;
    for line in script.lines().map(str::trim) {
        let is_comment = is_in_comment || line.starts_with("/*");
        is_in_comment = is_comment && !line.ends_with("*/");
        if !is_comment && !line.starts_with("//") && !line.is_empty() {
            compact.push_str(line);
            compact.push('\n');
        }
    }
    compact
}

/// Returns a file of the page.
pub(crate) fn respond(name: &str) -> Option<Response> {
    let module = MODULES.iter().find(|(module, _)| *module == name);
    let (kind, content) = match (name, module) {
        (_, Some((_, content))) => (SCRIPT, content.clone()),
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
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<&str> = MODULES
        .iter()
        .map(|(_, content)| content.as_str())
        .collect();
    digest(all.concat().as_bytes())
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_of_the_page_have_at_most_60_kilobytes() {
        let bytes: usize = MODULES.iter().map(|(_, content)| content.len()).sum();
        assert!(bytes <= 60 * 1024, "{bytes} bytes");
    }

    #[test]
    fn only_comments_and_blanks_are_removed_from_scripts() {
        let script = "// one\n/** two\n * three\n */\nif (x) {\n  f(\"// no\"); // four\n\n  /* five */\n}\n";
        assert_eq!(compact(script), "if (x) {\nf(\"// no\"); // four\n}\n");
        for (name, script) in MODULES.iter() {
            for line in script.lines() {
                // The blanks at the begin of a line could be a part of a text.
                assert!(
                    line.matches('`').count().is_multiple_of(2),
                    "{name}: {line}"
                );
                assert!(
                    !line.starts_with("/*") && !line.ends_with("*/"),
                    "{name}: {line}"
                );
            }
        }
    }
}
