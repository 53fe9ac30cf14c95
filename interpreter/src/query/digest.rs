//! The hash algorithms of `States.Hash` and `$hash`.

use hmac_sha256::Hash as Sha256;
use hmac_sha512::{Hash as Sha512, sha384::Hash as Sha384};
use sha1_smol::Sha1;

/// Returns the digest in lower-case hexadecimal digits; `None` for an algorithm that is not one of
/// `MD5`, `SHA-1`, `SHA-256`, `SHA-384` and `SHA-512`, in exactly this spelling.
pub(super) fn hex(algorithm: &str, data: &[u8]) -> Option<String> {
    match algorithm {
        "MD5" => Some(digits(&*md5::compute(data))),
        "SHA-1" => Some(digits(&Sha1::from(data).digest().bytes())),
        "SHA-256" => Some(sha256(data)),
        "SHA-384" => Some(digits(&Sha384::hash(data))),
        "SHA-512" => Some(digits(&Sha512::hash(data))),
        _ => None,
    }
}

/// Returns the SHA-256 digest in lower-case hexadecimal digits.
pub fn sha256(data: &[u8]) -> String {
    digits(&Sha256::hash(data))
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
    fn hash_algorithm_names_are_case_sensitive() {
        assert_eq!(
            hex("MD5", b"abc").as_deref(),
            Some("900150983cd24fb0d6963f7d28e17f72")
        );
        assert_eq!(
            hex("SHA-1", b"abc").as_deref(),
            Some("a9993e364706816aba3e25717850c26c9cd0d89d")
        );
        assert_eq!(
            hex("SHA-256", b"abc").as_deref(),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        let start = |algorithm: &str| Some(hex(algorithm, b"abc")?[..16].to_owned());
        assert_eq!(start("SHA-384").as_deref(), Some("cb00753f45a35e8b"));
        assert_eq!(start("SHA-512").as_deref(), Some("ddaf35a193617aba"));
        assert_eq!(hex("SHA-384", b"").map(|digits| digits.len()), Some(96));
        assert_eq!(hex("sha-256", b"abc"), None);
    }
}
