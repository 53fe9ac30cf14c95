//! `stepwright lsp`, with a scripted client.

mod actions;
mod client;
mod editing;
mod navigation;
mod session;
mod workspace;
