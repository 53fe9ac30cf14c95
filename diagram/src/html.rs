//! Embeds a picture in a page.

use stepwright_asl::hidden;
use stepwright_asl::json::{Json, Object};

use super::outline::Outline;
use super::page_head::page_head;
use super::svg::VIEWER;

/// The digests of the scripts in the page, which the tests compute.
const SCRIPTS: [&str; 2] = [
    "sha256-FHGlC2m8rFXJdyql2Mgk9qX6CkbAxARmspP6nShoi1A=",
    "sha256-pS8OYX6c3jmHPzhmwLx9nVA07Z7ZKvlH4HV+J8eUrtw=",
];

// The picture and the panel share the window; none covers the other.
const STYLE: &str = "\
  :root { --paper: #ffffff; --ink: #10192b; --line: #c3cad4; --panel: #f3f6fa; --soft: #3a4658; color-scheme: light dark; }
  @media (prefers-color-scheme: dark) { :root { --paper: #0f1623; --ink: #edf2f9; --line: #3a4658; --panel: #1a2436; --soft: #c3cddb; } }
  html, body { height: 100%; margin: 0; overflow: hidden; background: var(--paper); color: var(--ink); font: 14px/1.5 Helvetica, Arial, sans-serif; }
  body { display: flex; }
  main { display: flex; flex: 1; min-width: 0; min-height: 0; }
  diagram-view { flex: 1; min-width: 0; min-height: 0; padding: .375rem .75rem 0; }
  .state { cursor: pointer; }
  .state.chosen > .box { stroke-width: 3; }
  #detail { width: min(30rem, 45vw); overflow: auto; box-sizing: border-box; padding: 1rem 1.25rem; border-left: 1px solid var(--line); }
  #detail[hidden] { display: none; }
  #detail h1 { margin: 0 2.5rem .5rem 0; font-size: 1.1rem; overflow-wrap: anywhere; }
  #detail p, #detail pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  #detail pre { padding: .75rem; border-radius: 6px; background: var(--panel); font-size: 12px; }
  #detail button { float: right; font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .125rem .625rem; cursor: pointer; }
  @media (max-width: 44rem) {
    body { flex-direction: column; }
    #detail { width: 100%; height: 45vh; border-left: 0; border-top: 1px solid var(--line); }
  }
";

const START: &str = r##"<body>
<main>
<diagram-view fills tabindex="0" role="region" aria-label="Diagram">
"##;

const DETAIL: &str = r#"</diagram-view>
</main>
<aside id="detail" hidden><button aria-label="close" title="close (Esc)">×</button><h1></h1><p></p><pre></pre></aside>
<script type="application/json" id="states">"#;

/// Writes the page with the picture.
pub(super) fn render(outline: &Outline, svg: &str) -> String {
    let states = outline.nodes.iter().filter(|node| !node.source.is_empty());
    let states: Object = states
        .map(|node| (node.full_name.clone(), Json::from(escaped(&node.source))))
        .collect();
    // A script must not contain text that looks like its end tag.
    let states = Json::Object(states).to_string().replace('<', "\\u003c");
    let (viewer, page) = (VIEWER, include_str!("page.js"));
    let head = page_head("State machine", STYLE, &SCRIPTS);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n{head}\n{START}{svg}{DETAIL}{states}</script>\n<script type=\"module\">\n{viewer}</script>\n<script type=\"module\">\n{page}</script>\n</body>\n</html>\n"
    )
}

/// Writes hidden characters as JSON escapes.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if hidden::is_hidden(c) {
            hidden::escape(c, &mut text)
        } else {
            text.push(c)
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn the_policy_has_the_digests_of_the_scripts() {
        let digest = |script: &str| {
            let digest = hmac_sha256::Hash::hash(format!("\n{script}").as_bytes());
            format!("sha256-{}", STANDARD.encode(digest))
        };
        let digests = [digest(VIEWER), digest(include_str!("page.js"))];
        assert_eq!(SCRIPTS, digests, "a script has changed: update `SCRIPTS`");
    }
}
