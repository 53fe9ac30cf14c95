//! The messages that a store retains until they are delivered, and their queues.

use bytes::Bytes;

/// A queue of the outbox. Its messages are delivered in their order, and independently of the other
/// queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OutboxQueue {
    /// Changes of the status of executions, for the engine's [listener](crate::StatusListener).
    Statuses,
    /// Jobs and executions that must be stopped.
    Stops,
}

/// A message that a transaction adds to the outbox. The engine deletes it after the receiver has
/// confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its number in the queue, which the store assigns. Later messages have larger numbers.
    pub number: u64,
    /// The message; `None` if it is damaged.
    pub data: Option<Bytes>,
}

impl OutboxQueue {
    /// All queues.
    pub const ALL: [Self; 2] = [Self::Statuses, Self::Stops];

    /// Returns the number of the queue in a store. It never changes.
    pub fn number(self) -> u8 {
        match self {
            Self::Statuses => 0,
            Self::Stops => 1,
        }
    }
}
