//! `stepwright serve`, as users start it and as AWS's command line asks it.

mod access;
mod aws;
mod lifecycle;
mod store;
mod store_file;
mod support;
mod tasks;
