//! Keeps public traits to this package: what is not named here cannot implement them.

/// A type that some trait of this package is for.
pub trait Sealed {}

/// A type that is another: itself.
pub trait Is<T> {}

impl<T> Is<T> for T {}
