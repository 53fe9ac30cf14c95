//! The tests of the engine, in one program: a program for each folder would link the engine six
//! times.

#[cfg(feature = "jsonata")]
mod distributed;
#[cfg(feature = "jsonata")]
mod durable;
#[cfg(feature = "jsonata")]
mod faults;
#[cfg(feature = "jsonata")]
mod run;
#[cfg(feature = "sqlite")]
mod search;
#[cfg(feature = "jsonata")]
mod statistics;
#[cfg(feature = "sqlite")]
mod store;
#[cfg(not(feature = "jsonata"))]
mod without_jsonata;
