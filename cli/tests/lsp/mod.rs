//! `stepwright lsp`, with a scripted client.

mod client;
mod navigation;
mod session;
mod workspace;
