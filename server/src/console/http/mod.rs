//! HTTP of all pages: access, headers, pages of errors, compression, threads for long work.

pub(super) mod blocking;
pub(super) mod compression;
pub(super) mod error;
pub(super) mod guard;
