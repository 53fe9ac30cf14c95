//! Registers tasks with a runtime.

use super::{Address, Handler, Task};

/// Receives tasks. A runtime implements it; `stepwright` itself depends on no runtime.
pub trait TaskBinder {
    /// Adds a task whose function has a body.
    fn handler<T: Handler>(&mut self, address: Address);

    /// Adds a task that is implemented elsewhere.
    fn declaration<T: Task>(&mut self, address: Address);
}
