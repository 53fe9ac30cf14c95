//! The tests of the test kit, in one program.

mod debug;
#[cfg(feature = "report")]
mod report;
mod test_state;
mod testing;
mod timeline;
