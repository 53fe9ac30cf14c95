//! How an open page finds its studio after a restart, without a secret that other users of the
//! machine can learn.
//!
//! The address has a secret for each run, so a page does not know the new one. But page and studio
//! share a key, which neither ever sends: the secret is a digest of the key, of the run and of the
//! port. After a restart the page asks for the run. It believes an answer only with a proof that
//! needs the key, because another program may listen at the port by then.

use std::fmt;

use hmac_sha256::HMAC;
use uuid::Uuid;

use crate::digest::hexadecimal;

/// The maximum length of the number that a page proposes.
pub(crate) const MOST_NONCE: usize = 64;

/// A secret of a user, with which open pages survive a restart.
///
/// ```
/// use stepwright_studio::PageKey;
///
/// let key = PageKey::random();
/// assert!(PageKey::parse(&key.to_text()).is_some());
/// assert!(PageKey::parse("1234").is_none());
/// ```
#[derive(Clone)]
pub struct PageKey([u8; 32]);

impl PageKey {
    /// Creates a key.
    pub fn random() -> PageKey {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
        PageKey(hmac_sha256::Hash::hash(&bytes))
    }

    /// Reads the text of a key; `None` for another text.
    pub fn parse(text: &str) -> Option<PageKey> {
        let digits = text.trim();
        if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).ok()?;
        }
        Some(PageKey(bytes))
    }

    /// The text of the key.
    pub fn to_text(&self) -> String {
        hexadecimal(&self.0)
    }

    fn sign(&self, message: &str) -> String {
        hexadecimal(&HMAC::mac(message.as_bytes(), self.0))
    }
}

impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageKey").finish_non_exhaustive()
    }
}

/// One run of a studio at a port, with the key of its pages.
pub(crate) struct StudioRun {
    pub(crate) key: PageKey,
    pub(crate) id: String,
    port: u16,
}

impl StudioRun {
    pub(crate) fn new(key: PageKey, port: u16) -> StudioRun {
        StudioRun {
            key,
            id: Uuid::new_v4().simple().to_string(),
            port,
        }
    }

    /// The secret in the address of this run.
    pub(crate) fn secret(&self) -> String {
        self.key.sign(&format!("secret {}", self.place()))
    }

    /// Proves to a page that this studio has its key. A message of a proof is never that of a
    /// secret.
    pub(crate) fn proof(&self, nonce: &str) -> String {
        self.key.sign(&format!("proof {nonce} {}", self.place()))
    }

    /// The run and its port, as the address of a page has it: a program at another port cannot use
    /// the answer of this studio.
    fn place(&self) -> String {
        match self.port {
            80 => format!("{} ", self.id),
            port => format!("{} {port}", self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_proofs_differ_by_run_port_and_key() {
        let key = PageKey::random();
        let run = StudioRun::new(key.clone(), 8085);
        let other_port = StudioRun {
            id: run.id.clone(),
            ..StudioRun::new(key.clone(), 8086)
        };
        let other_key = StudioRun {
            id: run.id.clone(),
            ..StudioRun::new(PageKey::random(), 8085)
        };
        let next = StudioRun::new(key, 8085);
        let all = [&run, &other_port, &other_key, &next];
        let mut texts: Vec<String> = all.iter().map(|run| run.secret()).collect();
        texts.extend(all.iter().map(|run| run.proof("1")));
        texts.push(run.proof("2"));
        texts.push(run.proof(&format!("secret {}", run.id)));
        let count = texts.len();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), count);
    }
}
