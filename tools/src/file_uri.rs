//! The paths of files in URIs (RFC 3986).

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that a path in a URI has escaped; editors write the others as they are.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Returns a path as a URI reference: an absolute path with the scheme `file`, and a relative path
/// as a relative reference.
///
/// ```
/// use std::path::Path;
/// use stepwright_tools::file_uri::uri_reference;
///
/// assert_eq!(uri_reference(Path::new("infra/a b.asl.json")), "infra/a%20b.asl.json");
/// assert_eq!(uri_reference(Path::new("./größe.json")), "gr%C3%B6%C3%9Fe.json");
/// assert_eq!(uri_reference(Path::new("a:b%.json")), "a%3Ab%25.json");
/// # #[cfg(unix)]
/// assert_eq!(uri_reference(Path::new("/a/b.json")), "file:///a/b.json");
/// ```
pub fn uri_reference(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    let text = text.strip_prefix("./").unwrap_or(&text);
    // WebAssembly has no system with absolute paths; the paths there are those of an editor.
    let is_absolute = path.is_absolute() || (cfg!(target_family = "wasm") && path.has_root());
    let start = match (is_absolute, text.starts_with('/')) {
        (true, true) => "file://",
        (true, false) => "file:///",
        (false, _) => "",
    };
    format!("{start}{}", utf8_percent_encode(text, ESCAPED))
}
