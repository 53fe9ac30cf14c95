//! Task tokens: which are open, and who completes them.
//!
//! The token of a durable execution contains, encrypted and signed, the key of the execution and
//! the last event before the task (`token_key.rs`). So `ended.rs` finds in the history why a token
//! has ended, without a record of ended tokens.

mod complete;
mod ended;
pub(super) mod token_key;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hmac_sha256::Hash as Sha256;
use smol_str::SmolStr;

use super::error::TokenError;
use crate::task::Responder;

/// How many ended tokens are remembered, so that a late answer gets the right error.
const REMEMBERED: usize = 16_384;

/// The task tokens of an engine.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    state: Mutex<TokenState>,
}

#[derive(Debug, Default)]
struct TokenState {
    open: HashMap<TokenDigest, Responder>,
    ended: HashMap<TokenDigest, TokenError>,
    order: VecDeque<TokenDigest>,
}

/// The SHA-256 of a token. Tokens are compared by their digests, so that the time of a comparison
/// does not reveal how much of a token was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TokenDigest([u8; 32]);

impl TokenDigest {
    fn of(token: &str) -> Self {
        Self(Sha256::hash(token.as_bytes()))
    }
}

impl Tokens {
    fn lock(&self) -> MutexGuard<'_, TokenState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, token: &str, responder: Responder) {
        let digest = TokenDigest::of(token);
        self.lock().open.insert(digest, responder);
    }

    /// Removes a token without an end: the task continues, and opens the token again.
    pub(super) fn withdraw(&self, token: &str) {
        let digest = TokenDigest::of(token);
        self.lock().open.remove(&digest);
    }

    /// Closes a token because its task ended without an answer to it.
    pub(super) fn close(&self, token: &str, why: TokenError) {
        let digest = TokenDigest::of(token);
        let mut state = self.lock();
        if state.open.remove(&digest).is_some() {
            state.remember(digest, why);
        }
    }

    /// Returns why an answer to this token is too late.
    pub(super) fn completion_error(&self, token: &str) -> TokenError {
        let digest = TokenDigest::of(token);
        match self.lock().why(digest) {
            // The token is open: the execution has accepted an answer, and will close the token.
            TokenError::InvalidToken => TokenError::TaskDoesNotExist,
            known => known,
        }
    }

    /// Returns the responder of the task with this token.
    pub(super) fn get(&self, token: &str) -> Result<Responder, TokenError> {
        let digest = TokenDigest::of(token);
        let state = self.lock();
        match state.open.get(&digest) {
            Some(responder) => Ok(responder.clone()),
            None => Err(state.why(digest)),
        }
    }
}

impl TokenState {
    fn remember(&mut self, token: TokenDigest, why: TokenError) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ended.remove(&oldest);
        }
        self.order.push_back(token);
        self.ended.insert(token, why);
    }

    fn why(&self, token: TokenDigest) -> TokenError {
        let known = self.ended.get(&token);
        known.cloned().unwrap_or(TokenError::InvalidToken)
    }
}

/// Returns 244 random bits from the operating system, as hexadecimal digits. The text needs no
/// quotes in a shell, a URL or a file name, and never begins with a `-`, which a command line would
/// parse as an option.
pub(super) fn new_token() -> SmolStr {
    let mut text = [0u8; 64];
    for half in text.chunks_exact_mut(32) {
        uuid::Uuid::new_v4().simple().encode_lower(half);
    }
    SmolStr::new(String::from_utf8_lossy(&text))
}

#[cfg(test)]
mod tests {
    use super::new_token;

    #[test]
    fn task_tokens_are_unique_hexadecimal_strings() {
        let tokens: std::collections::HashSet<_> = (0..1000).map(|_| new_token()).collect();
        assert_eq!(tokens.len(), 1000);
        for token in tokens {
            assert_eq!(token.len(), 64);
            assert!(
                token.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{token}"
            );
        }
    }
}
