//! Engines with a store: which data is durable, and how executions continue.

mod activity;
mod attempts;
mod clock;
mod crash;
mod damaged;
mod from_state;
mod handlers;
mod jobs;
mod lost_tasks;
mod maps;
mod maps_restart;
mod masked_fields;
mod moves;
mod names;
mod nested;
mod outage;
mod outbox;
mod pages;
mod quarantine;
mod restart;
mod retention;
mod shutdown;
pub(crate) mod support;
mod test_cases;
mod tokens;
mod waits;
