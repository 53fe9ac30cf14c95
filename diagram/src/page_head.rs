//! The head of pages that are one file.

use crate::text::xml;

/// Returns the element `head` of a page that loads nothing: a Content-Security-Policy, the title,
/// and a style sheet. `scripts` are the digests of its inline scripts, such as `sha256-..`; no
/// other script runs, also if a part of the page were not escaped.
///
/// ```
/// let head = stepwright_diagram::page_head("a < b", "p { margin: 0; }", &[]);
/// assert!(head.contains("default-src 'none'") && head.contains("<title>a &lt; b</title>"));
/// ```
pub fn page_head(title: &str, style: &str, scripts: &[&str]) -> String {
    let scripts = match scripts {
        [] => "'none'".to_owned(),
        digests => digests
            .iter()
            .map(|one| format!("'{one}'"))
            .collect::<Vec<_>>()
            .join(" "),
    };
    let title = xml(title);
    format!(
        r#"<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>"#
    )
}
