//! The tests of the engine, in one program: a program for each folder would link the engine eight
//! times.

#[cfg(feature = "jsonata")]
mod debug;
#[cfg(feature = "jsonata")]
mod distributed;
#[cfg(feature = "jsonata")]
mod durable;
#[cfg(feature = "jsonata")]
mod faults;
#[cfg(all(feature = "jsonata", feature = "report"))]
mod report;
#[cfg(feature = "jsonata")]
mod run;
#[cfg(all(feature = "jsonata", feature = "sqlite"))]
mod search;
#[cfg(feature = "jsonata")]
mod statistics;
#[cfg(feature = "sqlite")]
mod store;
#[cfg(feature = "jsonata")]
mod test_state;
#[cfg(feature = "jsonata")]
mod testing;
#[cfg(feature = "jsonata")]
mod timeline;
#[cfg(not(feature = "jsonata"))]
mod without_jsonata;
