//! Parts that pages share: the frame, links, notices, charts and pictures of definitions.

pub(super) mod charts;
pub(super) mod layout;
pub(super) mod link;
pub(super) mod notice;
pub(super) mod pictures;
