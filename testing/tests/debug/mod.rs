//! Executions that are stepped by hand.

mod answers;
mod back;
mod breakpoints;
mod change;
mod steps;
mod support;
