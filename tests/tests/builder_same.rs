//! The workflows of `examples/` and of `docs/language.md` through the builder: each emits the JSON that `workflow!` does.

#[path = "builder_same/order_processing.rs"]
mod order_processing;
