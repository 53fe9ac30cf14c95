//! Digests of texts that a page stores.

/// The first digits of the digest of a text.
pub(crate) fn digest(content: &[u8]) -> String {
    hexadecimal(&hmac_sha256::Hash::hash(content)[..8])
}

/// Two digits for each byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
