//! Stores: that both keep the same, and what a file does when the world is against it.

mod backup;
mod child;
mod children;
mod continuity;
mod damaged;
mod engine;
mod full;
mod killed;
mod log;
mod migrated;
mod model;
mod page;
mod refused;
mod replaced;
mod restored;
mod support;
mod torn;
