//! `stepwright serve`, with clients and with the AWS CLI.

mod access;
#[cfg(unix)]
mod accounts;
mod aws_cli;
mod console;
mod containers;
mod damaged_log;
mod derived_files;
mod events;
mod health;
mod lifecycle;
mod modes;
mod operator;
#[cfg(all(unix, feature = "otlp"))]
mod otlp;
mod playground;
mod schedules;
mod services;
mod store;
mod store_commands;
mod store_file;
mod store_folder;
pub(crate) mod support;
mod tasks;
mod templates;
mod testing;
mod trace;
