//! The trait of stores that a process only reads, while another process may write.

use super::{StoreError, StoreReader};

/// A store that an engine of another process may write to, and that this process only reads.
///
/// With a file, this is `SqliteView` (feature `sqlite`).
pub trait StoreView: Send + Sync + 'static {
    /// Opens a reader, which sees committed data. Several readers may be open.
    ///
    /// # Errors
    ///
    /// The errors of opening it.
    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError>;

    /// Returns the name of the store for people: that of its file.
    fn name(&self) -> String;

    /// Returns a number that differs after a commit. It is cheap: the store is not opened.
    fn change(&self) -> u64;
}
