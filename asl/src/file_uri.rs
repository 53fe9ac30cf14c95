//! The paths of files in URIs (RFC 3986).

use std::fmt::Write as _;
use std::path::Path;

/// Returns a path as a URI reference: an absolute path with the scheme `file`, and a relative path
/// as a relative reference.
///
/// ```
/// use std::path::Path;
/// use stepwright_asl::file_uri::uri_reference;
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
    let mut uri = match (path.is_absolute(), text.starts_with('/')) {
        (true, true) => "file://".to_owned(),
        (true, false) => "file:///".to_owned(),
        (false, _) => String::new(),
    };
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}
