//! Workflows of the orders team.
