//! The procedural macros of Stepwright.
