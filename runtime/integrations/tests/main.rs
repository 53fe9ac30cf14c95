//! Calls of services of this package on loopback: no test needs an emulator.

mod objects;
mod status_events;
mod support;
