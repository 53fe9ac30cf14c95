//! Digests of texts that a page stores.

/// The first digits of the digest of a text.
pub(crate) fn digest(content: &[u8]) -> String {
    let digest = hmac_sha256::Hash::hash(content);
    let digits = digest[..8].iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}
