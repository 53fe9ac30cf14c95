//! `asl/` has what the workflow emits; `STEPWRIGHT_EMIT=write cargo test --test asl` writes it.

stepwright::emit!("asl", [thumbnails::MakeThumbnails]);
