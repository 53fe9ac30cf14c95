//! Whatever a definition, an input and its tasks are: nothing panics, hangs or overflows the stack, an execution ends
//! within its limits, the same seed gives the same history, and what an execution did lies within its estimate.

mod corpus;
mod estimate;
mod extremes;
mod generate;
mod random;
mod run;
