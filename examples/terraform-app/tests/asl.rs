//! `asl/` contains the output of the workflow; `STEPWRIGHT_EMIT=write cargo test --test asl` writes
//! it.

stepwright::emit!("asl", [thumbnails::MakeThumbnails]);
