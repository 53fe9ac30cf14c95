//! URIs of files.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::percent_decode_str;
use stepwright_tools::file_uri::uri_reference;

/// Returns the path of a `file:` URI; `None` for other URIs, such as that of a text that was never
/// saved.
///
/// ```
/// use stepwright_lsp::path_of;
///
/// assert_eq!(path_of("file:///a%20b.asl.json"), Some("/a b.asl.json".into()));
/// assert_eq!(path_of("untitled:Untitled-1"), None);
/// ```
pub fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = rest.find('/').map(|at| &rest[at..])?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // `/C:/folder` of Windows.
    let is_drive = |path: &str| {
        let mut chars = path.chars().skip(1);
        chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
    };
    Some(match path.strip_prefix('/') {
        Some(drive) if is_drive(&path) => PathBuf::from(drive),
        _ => PathBuf::from(path.as_ref()),
    })
}

/// The URI of a file; `None` if its path is not absolute, or not Unicode.
pub(crate) fn uri_of(path: &Path) -> Option<Uri> {
    let uri = uri_reference(path);
    let has_uri = uri.starts_with("file:") && path.to_str().is_some();
    has_uri.then_some(Uri(uri))
}

/// The name that tells the format of a text: its path, or the whole URI.
pub(crate) fn name_of(uri: &Uri) -> String {
    match path_of(&uri.0) {
        Some(path) => path.to_string_lossy().into_owned(),
        None => uri.0.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_its_uri_are_the_same_file() {
        for path in ["/a/b c.asl.json", "/ä/100%/x#y?.yaml", "/a+b/(c).json"] {
            let uri = uri_of(Path::new(path)).expect("an absolute path");
            assert_eq!(path_of(&uri.0), Some(PathBuf::from(path)), "{}", uri.0);
            assert!(!uri.0.contains([' ', '#', '?']), "{}", uri.0);
        }
        let windows = Uri("file:///c%3A/flows/order.asl.json".to_owned());
        assert_eq!(
            path_of(&windows.0),
            Some(PathBuf::from("c:/flows/order.asl.json"))
        );
        assert_eq!(path_of("untitled:Untitled-1"), None);
    }
}
