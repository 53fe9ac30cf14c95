//! Stores: that both store the same data, and how a file behaves under failures.

mod backup;
mod child;
mod compact;
mod continuity;
mod damaged;
mod engine;
mod full;
mod killed;
mod log;
mod modes;
mod page;
mod refused;
mod replaced;
mod restored;
mod support;
mod torn_log;
mod view;
