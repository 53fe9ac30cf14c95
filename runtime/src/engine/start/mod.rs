//! Starts executions: options, inputs, redrives and inspections of single states.

pub(super) mod built;
pub(super) mod input;
pub(super) mod inspect;
pub(super) mod prepared;
pub(super) mod redrivable;
pub(super) mod redrive;
pub(super) mod start;
