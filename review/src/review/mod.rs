//! Reviews of changes.
