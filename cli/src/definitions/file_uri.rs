//! The paths of files in URIs (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// The characters that a path in a URI has unescaped, as editors write them.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A path with the escapes of a URI.
pub(crate) fn escaped(path: &str) -> PercentEncode<'_> {
    utf8_percent_encode(path, KEPT)
}
