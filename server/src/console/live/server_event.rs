//! What the streams of changes write.

use std::time::Duration;

/// How often a stream without changes writes a comment, which shows whether the client is still
/// there.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(10);
/// Something changed: the script loads the page again.
pub(super) const CHANGE: &[u8] = b"event: change\ndata:\n\n";
/// Nothing changes any more.
pub(super) const END: &[u8] = b"event: end\ndata:\n\n";
/// A comment, which the script ignores.
pub(super) const COMMENT: &[u8] = b":\n\n";
