//! The hash algorithms of `States.Hash` and `$hash`.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// Returns the digest in lower-case hexadecimal digits; `None` for an algorithm that is not one of
/// `MD5`, `SHA-1`, `SHA-256`, `SHA-384` and `SHA-512`, in exactly this spelling.
pub(super) fn hex(algorithm: &str, data: &[u8]) -> Option<String> {
    match algorithm {
        "MD5" => Some(digits(&Md5::digest(data))),
        "SHA-1" => Some(digits(&Sha1::digest(data))),
        "SHA-256" => Some(sha256(data)),
        "SHA-384" => Some(digits(&Sha384::digest(data))),
        "SHA-512" => Some(digits(&Sha512::digest(data))),
        _ => None,
    }
}

/// Returns the SHA-256 digest in lower-case hexadecimal digits.
pub(crate) fn sha256(data: &[u8]) -> String {
    digits(&Sha256::digest(data))
}

fn digits(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            out.push(char::from(b"0123456789abcdef"[usize::from(half)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_are_spelled_exactly() {
        assert_eq!(
            hex("MD5", b"abc").as_deref(),
            Some("900150983cd24fb0d6963f7d28e17f72")
        );
        assert_eq!(
            hex("SHA-1", b"abc").as_deref(),
            Some("a9993e364706816aba3e25717850c26c9cd0d89d")
        );
        assert_eq!(hex("SHA-384", b"").map(|digits| digits.len()), Some(96));
        assert_eq!(hex("sha-256", b"abc"), None);
    }
}
