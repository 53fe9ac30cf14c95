//! The files in `asl/` are the output of the workflows.
//! `STEPWRIGHT_EMIT=write cargo test -p orders --test asl` rewrites them.

stepwright::emit!("asl", orders::workflows());
