//! How a task reaches a runtime.

use super::{Address, Handler, Task};

/// Takes tasks. A runtime implements it; `stepwright` itself depends on none.
pub trait TaskBinder {
    /// A task whose function has a body.
    fn handler<T: Handler>(&mut self, address: Address);

    /// A task that somebody else implements.
    fn declaration<T: Task>(&mut self, address: Address);
}
