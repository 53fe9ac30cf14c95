//! The workflows of `docs/reference/language.md`, and some of `examples/`, through the builder: each emits the same JSON as `workflow!`.

#![allow(unreachable_pub, reason = "one test of several files")]

#[path = "builder_same/approval_service.rs"]
mod approval_service;
#[path = "builder_same/checkout.rs"]
mod checkout;
#[path = "builder_same/containers.rs"]
mod containers;
#[path = "builder_same/distributed.rs"]
mod distributed;
#[path = "builder_same/domain.rs"]
pub(crate) mod domain;
#[path = "builder_same/escalation.rs"]
mod escalation;
#[path = "builder_same/order_processing.rs"]
mod order_processing;
#[path = "builder_same/parts.rs"]
mod parts;
#[path = "builder_same/patterns/mod.rs"]
mod patterns;
#[path = "builder_same/states.rs"]
mod states;
#[path = "builder_same/twins.rs"]
mod twins;
