//! The tests of this package, in one program: linking a program for each file takes most of the
//! time.

mod convert;
mod iam_table;
mod policy;
mod recordings;
