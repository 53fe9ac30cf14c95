//! The members of wide objects: chunks of 16 members, each behind an `Arc`, with one tag byte for
//! each key. An update copies one chunk and the list of chunks; a look-up compares all tags of
//! a chunk at once.

use std::sync::Arc;

use super::entry::Entry;
use super::{Str, Value};

/// The members of one chunk, and the maximum members of a small object in its one vector.
pub(super) const CHUNK: usize = 16;

#[derive(Clone)]
pub(super) struct Wide {
    len: usize,
    tags: Vec<[u8; CHUNK]>,
    chunks: Vec<Arc<Vec<Entry>>>,
}

impl Wide {
    pub(super) fn from_entries(entries: Vec<Entry>) -> Wide {
        let chunks = entries.len().div_ceil(CHUNK);
        let mut wide = Wide {
            len: 0,
            tags: Vec::with_capacity(chunks),
            chunks: Vec::with_capacity(chunks),
        };
        for (key, value) in entries {
            wide.push(key, value);
        }
        wide
    }

    /// Returns a copy with capacity for `extra` more chunks.
    pub(super) fn clone_with_room(&self, extra: usize) -> Wide {
        let mut tags = Vec::with_capacity(self.tags.len() + extra);
        tags.extend_from_slice(&self.tags);
        let mut chunks = Vec::with_capacity(self.chunks.len() + extra);
        chunks.extend_from_slice(&self.chunks);
        Wide {
            len: self.len,
            tags,
            chunks,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn entry(&self, index: usize) -> Option<&Entry> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    pub(super) fn value_mut(&mut self, index: usize) -> Option<&mut Value> {
        let chunk = self.chunks.get_mut(index / CHUNK)?;
        Some(&mut Arc::make_mut(chunk).get_mut(index % CHUNK)?.1)
    }

    pub(super) fn position(&self, key: &str) -> Option<usize> {
        let tag = tag(key);
        for (number, (tags, chunk)) in self.tags.iter().zip(&self.chunks).enumerate() {
            let mut hits = matches(tags, tag);
            while hits != 0 {
                let slot = hits.trailing_zeros() as usize;
                if chunk.get(slot).is_some_and(|entry| entry.0 == key) {
                    return Some(number * CHUNK + slot);
                }
                hits &= hits - 1;
            }
        }
        None
    }

    pub(super) fn push(&mut self, key: Str, value: Value) {
        let slot = self.len % CHUNK;
        let tag = tag(&key);
        if slot == 0 {
            self.tags.push([0; CHUNK]);
            self.chunks.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        if let (Some(tags), Some(chunk)) = (self.tags.last_mut(), self.chunks.last_mut()) {
            tags[slot] = tag;
            if let Some(chunk) = Arc::get_mut(chunk) {
                chunk.push((key, value));
            } else {
                let mut copy = Vec::with_capacity(CHUNK);
                copy.extend_from_slice(chunk);
                copy.push((key, value));
                *chunk = Arc::new(copy);
            }
            self.len += 1;
        }
    }

    /// Moves the values of the chunks without other references to `rest`.
    pub(super) fn take(self, rest: &mut Vec<Value>) {
        for chunk in self.chunks {
            if let Some(entries) = Arc::into_inner(chunk) {
                rest.extend(entries.into_iter().map(|entry| entry.1));
            }
        }
    }
}

/// Returns one bit for each slot with an equal tag. Empty slots have tag 0, which a key
/// may have too, so the caller must compare the key.
fn matches(tags: &[u8; CHUNK], tag: u8) -> u32 {
    let mut bits = 0;
    for (slot, candidate) in tags.iter().enumerate() {
        bits |= u32::from(*candidate == tag) << slot;
    }
    bits
}

/// Returns a one-byte hash of the key: eight bytes at a time, multiply and fold.
fn tag(key: &str) -> u8 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = (key.len() as u64).wrapping_mul(K);
    for part in key.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..part.len()].copy_from_slice(part);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(K);
        hash ^= hash >> 29;
    }
    (hash >> 56) as u8
}
