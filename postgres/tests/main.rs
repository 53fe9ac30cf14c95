//! The tests of the store, in one program. Most need the programs of a PostgreSQL server, which
//! most machines lack, so these are ignored by default: `.ci/postgres` installs Debian's package
//! and runs them.

mod deployments;
mod derived_data;
mod engine;
mod files;
mod model;
mod numbers;
mod page;
mod pooler;
mod proxy;
mod restored;
mod server;
mod standby;
mod stores;
mod traps;
