//! The workflows of `docs/reference/language.md`, and some of `examples/`, through the builder:
//! each emits the same JSON as `workflow!`.

#![allow(unreachable_pub, reason = "one test of several files")]

#[path = "builder_and_macro/approval_service.rs"]
mod approval_service;
#[path = "builder_and_macro/checkout.rs"]
mod checkout;
#[path = "builder_and_macro/containers.rs"]
mod containers;
#[path = "builder_and_macro/distributed.rs"]
mod distributed;
#[path = "builder_and_macro/domain.rs"]
pub(crate) mod domain;
#[path = "builder_and_macro/escalation.rs"]
mod escalation;
#[path = "builder_and_macro/order_processing.rs"]
mod order_processing;
#[path = "builder_and_macro/parts.rs"]
mod parts;
#[path = "builder_and_macro/patterns/mod.rs"]
mod patterns;
#[path = "builder_and_macro/states.rs"]
mod states;
#[path = "builder_and_macro/twins.rs"]
mod twins;
