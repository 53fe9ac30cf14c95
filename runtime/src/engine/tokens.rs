use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

use super::error::TokenError;
use crate::task::Responder;

/// How many ended tokens are remembered, so that a late answer learns why it is late.
const REMEMBERED: usize = 16_384;

/// The task tokens of an engine.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<SmolStr, Responder>,
    ended: HashMap<SmolStr, TokenError>,
    order: VecDeque<SmolStr>,
}

impl Tokens {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, token: &SmolStr, responder: Responder) {
        self.lock().open.insert(token.clone(), responder);
    }

    /// The task goes on, and opens the token again.
    pub(super) fn withdraw(&self, token: &str) {
        self.lock().open.remove(token);
    }

    /// The task ended otherwise.
    pub(super) fn close(&self, token: &SmolStr, why: TokenError) {
        let mut state = self.lock();
        if state.open.remove(token).is_some() {
            state.remember(token.clone(), why);
        }
    }

    /// Why an answer to this token came too late.
    pub(super) fn why_late(&self, token: &str) -> TokenError {
        match self.lock().why(token) {
            // It is open: the execution has an answer already, and will close it.
            TokenError::InvalidToken => TokenError::TaskDoesNotExist,
            known => known,
        }
    }

    /// Who waits for this token's answer.
    pub(super) fn get(&self, token: &str) -> Result<Responder, TokenError> {
        let state = self.lock();
        match state.open.get(token) {
            Some(responder) => Ok(responder.clone()),
            None => Err(state.why(token)),
        }
    }
}

impl State {
    fn remember(&mut self, token: SmolStr, why: TokenError) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ended.remove(&oldest);
        }
        self.order.push_back(token.clone());
        self.ended.insert(token, why);
    }

    fn why(&self, token: &str) -> TokenError {
        let known = self.ended.get(token);
        known.cloned().unwrap_or(TokenError::InvalidToken)
    }
}

/// 244 random bits from the operating system, as URL-safe text.
pub(super) fn new_token() -> SmolStr {
    use base64::Engine as _;
    let mut bytes = [0u8; 32];
    bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    bytes[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(bytes)
        .into()
}
