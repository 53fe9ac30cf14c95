//! `asl/` has what the workflows emit; `STEPWRIGHT_EMIT=write cargo test --test asl` writes it.

stepwright::emit!("asl", [restocking::Quote, restocking::Restock]);
