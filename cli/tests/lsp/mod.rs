//! `stepwright lsp`, with a scripted client.

mod actions;
mod client;
mod navigation;
mod session;
mod workspace;
