//! Whatever a definition, an input and its tasks are: nothing panics, hangs or overflows the stack, an execution ends
//! within its limits, and the same seed gives the same history.

mod corpus;
mod extremes;
mod generate;
mod random;
mod run;
