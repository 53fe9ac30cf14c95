//! The files in `asl/` are what the workflows emit. `STEPWRIGHT_EMIT=write cargo test -p orders --test asl` writes them anew.

stepwright::emit!("asl", orders::workflows());
