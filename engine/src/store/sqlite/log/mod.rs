//! The write-ahead log: its file, its length, its mark in the file of the lock, damage,
//! checkpoints.

pub(super) mod checkpoints;
pub(super) mod lock;
pub(super) mod log_damage;
pub(super) mod log_file;
pub(super) mod log_length;
pub(super) mod log_mark;
pub(super) mod log_watch;
