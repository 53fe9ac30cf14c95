//! Tokens of durable executions name their execution and their task, so that they can be found
//! after they have ended, also by later processes.
//!
//! A token is 16 random bytes, the encrypted subject, and a signature of both, in hexadecimal
//! digits. Only the engine can create tokens and read their subjects: the secret is in the store.
//! So other tokens reveal nothing about executions.

use std::sync::atomic::{AtomicU8, Ordering};

use bytes::Bytes;
use hmac_sha256::{HMAC, Hash};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::store::{Change, StoreError, StoreReader, StoredDocument};

/// The key of the document with the secret.
pub(crate) const KEY: &str = "engine/tokens";

const NONCE: usize = 16;
const SIGNATURE: usize = 16;
const SUBJECT: usize = 12;
/// The position of the subject.
const SIGNED: usize = NONCE + SIGNATURE;
const TOKEN: usize = SIGNED + SUBJECT;

/// The task of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenSubject {
    /// The key of the execution in the store.
    pub(crate) execution: u64,
    /// The id of the last event before those of the task.
    pub(crate) last_event: u32,
}

/// Creates and reads the tokens of a store.
pub(crate) struct TokenKey {
    secret: [u8; 32],
    /// Whether the secret is in the store.
    stored: AtomicU8,
}

/// No token has the secret.
const UNUSED: u8 = 0;
/// A token has the secret, which the next commit writes.
const USED: u8 = 1;
/// The secret is in the store.
const STORED: u8 = 2;

#[derive(Serialize, Deserialize)]
struct StoredSecret {
    secret: String,
}

impl TokenKey {
    /// Reads the secret of a store, or creates one, which is written with the first token.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub(crate) fn open(reader: &mut dyn StoreReader) -> Result<Self, StoreError> {
        let document = match reader.document(KEY) {
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::warn!(%error, "the secret of task tokens cannot be read; ended tokens are reported as invalid");
                None
            }
            document => document?,
        };
        let stored = document.and_then(|document| {
            let stored: StoredSecret = serde_json::from_slice(&document.data).ok()?;
            bytes_of(&stored.secret)
        });
        let status = stored.map_or(UNUSED, |_| STORED);
        Ok(Self {
            secret: stored.unwrap_or_else(new_secret),
            stored: AtomicU8::new(status),
        })
    }

    /// Returns a new token.
    pub(crate) fn token(&self, subject: TokenSubject) -> SmolStr {
        let _stored =
            self.stored
                .compare_exchange(UNUSED, USED, Ordering::SeqCst, Ordering::SeqCst);
        self.token_of(uuid::Uuid::new_v4().into_bytes(), subject)
    }

    fn token_of(&self, nonce: [u8; NONCE], subject: TokenSubject) -> SmolStr {
        let mut token = [0; TOKEN];
        token[..NONCE].copy_from_slice(&nonce);
        let bytes = &mut token[SIGNED..];
        bytes[..8].copy_from_slice(&subject.execution.to_le_bytes());
        bytes[8..].copy_from_slice(&subject.last_event.to_le_bytes());
        self.encrypt(&mut token);
        let signature = self.signature(&token);
        token[NONCE..SIGNED].copy_from_slice(&signature);
        hexadecimal(&token).into()
    }

    /// Returns the task of a token; `None` if this store has not created it.
    pub(crate) fn subject(&self, token: &str) -> Option<TokenSubject> {
        let mut token: [u8; TOKEN] = bytes_of(token)?;
        let signature = self.signature(&token);
        let differences = signature.iter().zip(&token[NONCE..SIGNED]);
        // The time of the comparison does not depend on the bytes.
        let difference = differences.fold(0, |sum, (expected, found)| sum | (expected ^ found));
        if difference != 0 {
            return None;
        }
        self.encrypt(&mut token);
        let (execution, last_event) = token[SIGNED..].split_at(8);
        Some(TokenSubject {
            execution: u64::from_le_bytes(execution.try_into().ok()?),
            last_event: u32::from_le_bytes(last_event.try_into().ok()?),
        })
    }

    /// Encrypts or decrypts the subject.
    fn encrypt(&self, token: &mut [u8; TOKEN]) {
        let stream = self.mac(b"subject", &token[..NONCE]);
        for (byte, key) in token[SIGNED..].iter_mut().zip(stream) {
            *byte ^= key;
        }
    }

    /// Returns the signature of the random bytes and the subject, as the bytes of a UUID of version
    /// 4.
    fn signature(&self, token: &[u8; TOKEN]) -> [u8; SIGNATURE] {
        let signed = [&token[..NONCE], &token[SIGNED..]].concat();
        let mac = self.mac(b"signature", &signed);
        let bytes: [u8; SIGNATURE] = std::array::from_fn(|index| mac[index]);
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .into_bytes()
    }

    fn mac(&self, purpose: &[u8], of: &[u8]) -> [u8; 32] {
        HMAC::mac([purpose, of].concat(), self.secret)
    }

    /// Returns the change that writes the secret, while only tokens contain it.
    pub(crate) fn change(&self) -> Option<Change> {
        if self.stored.load(Ordering::SeqCst) != USED {
            return None;
        }
        let stored = StoredSecret {
            secret: hexadecimal(&self.secret),
        };
        // Text is always valid JSON.
        let data = serde_json::to_vec(&stored).ok()?;
        Some(Change::Document(StoredDocument {
            key: KEY.to_owned(),
            data: Bytes::from(data),
        }))
    }

    /// Reports that a commit with the [change](Self::change) succeeded.
    pub(crate) fn is_stored(&self) {
        self.stored.store(STORED, Ordering::SeqCst);
    }
}

fn new_secret() -> [u8; 32] {
    let random = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    Hash::hash(random.map(uuid::Uuid::into_bytes).as_flattened())
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Reads hexadecimal digits.
fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * N || !digits.iter().all(is_digit) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::{MemoryStore, Store as _};

    fn key() -> TokenKey {
        TokenKey::open(&mut MemoryStore::new()).expect("it is empty")
    }

    proptest! {
        #[test]
        fn only_the_store_that_created_a_token_reads_its_subject(
            execution: u64,
            last_event: u32,
            at in 0_usize..2 * TOKEN,
            digit in 1_u8..16,
        ) {
            let (key, other) = (key(), key());
            let subject = TokenSubject { execution, last_event };
            let token = key.token(subject);
            prop_assert_eq!(key.subject(&token), Some(subject));
            let redaction = stepwright_asl::redaction::Redaction::new().task_tokens();
            prop_assert_eq!(redaction.text(&token), stepwright_asl::redaction::REDACTED);
            prop_assert_eq!(other.subject(&token), None);
            // Each changed digit makes the signature invalid.
            let mut changed = token.to_string().into_bytes();
            let value = char::from(changed[at]).to_digit(16).expect("a digit") as u8 ^ digit;
            changed[at] = b"0123456789abcdef"[usize::from(value)];
            let changed = String::from_utf8(changed).expect("digits");
            prop_assert_eq!(key.subject(&changed), None);
            prop_assert_eq!(key.subject(&token[1..]), None);
        }
    }

    #[test]
    fn tokens_of_one_task_differ_and_show_nothing_of_it() {
        let key = key();
        let subject = TokenSubject {
            execution: 0,
            last_event: 0,
        };
        let (one, two) = (key.token(subject), key.token(subject));
        assert_ne!(one[2 * NONCE..], two[2 * NONCE..]);
        assert!(!one.contains("0000000000"), "{one}");
    }

    #[test]
    fn the_secret_is_written_once_and_read_by_the_next_engine() {
        let mut store = MemoryStore::new();
        let key = TokenKey::open(&mut store.clone()).expect("it is empty");
        assert_eq!(key.change(), None);
        let subject = TokenSubject {
            execution: 7,
            last_event: 3,
        };
        let token = key.token(subject);
        store
            .commit(&[key.change().expect("it is used")])
            .expect("it is committed");
        key.is_stored();
        assert_eq!(key.change(), None);
        let next = TokenKey::open(&mut store).expect("it is readable");
        assert_eq!(next.subject(&token), Some(subject));
        assert_eq!(next.change(), None);
    }
}
