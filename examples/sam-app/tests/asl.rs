//! `asl/` contains the output of the workflows; `STEPWRIGHT_EMIT=write cargo test --test asl`
//! writes it.

stepwright::emit!("asl", [restocking::Quote, restocking::Restock]);
