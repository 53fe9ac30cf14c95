//! IP addresses and blocks of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IP address that compares by value: IPv6 addresses that stand for an IPv4 address are that
/// address, as in Java, in which event-ruler is written.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        // event-ruler reads no IPv6 address with dots.
        let is_plain = text
            .bytes()
            .all(|byte| byte == b':' || byte.is_ascii_hexdigit());
        let address: Ipv6Addr = text.parse().ok().filter(|_| is_plain)?;
        return Some(match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6(address),
        });
    }
    // Rust's parser refuses zeros at the start of a number, which Java reads as decimal.
    let mut numbers = [0; 4];
    let mut parts = text.split('.');
    for number in &mut numbers {
        let part = parts.next()?;
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse::<u8>().ok().filter(|_| is_number)?;
    }
    let is_end = parts.next().is_none();
    is_end.then(|| IpAddr::V4(Ipv4Addr::from(numbers)))
}

/// A block of addresses, as in `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    base: IpAddr,
    bits: u32,
}

impl Block {
    /// Parses a block.
    ///
    /// # Errors
    ///
    /// The problem, in the words of event-ruler.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // Java's `split` ignores each `/` at the end.
        let (base, bits) = match text.trim_end_matches('/').split_once('/') {
            Some((base, bits)) if !bits.contains('/') => (base, bits),
            _ => return Err("Malformed CIDR, one '/' required".to_owned()),
        };
        let bits: i32 = bits
            .parse()
            .map_err(|_| "Malformed CIDR, mask bits must be an integer".to_owned())?;
        let bits = u32::try_from(bits)
            .map_err(|_| "Malformed CIDR, mask bits must not be negative".to_owned())?;
        let base = address(base).ok_or_else(|| format!("Nonstandard IP address: {base}"))?;
        match base {
            IpAddr::V4(_) if bits > 31 => Err("IPv4 mask bits must be < 32".to_owned()),
            IpAddr::V6(_) if bits > 127 => Err("IPv6 mask bits must be < 128".to_owned()),
            _ => Ok(Self { base, bits }),
        }
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let different = base.to_bits() ^ address.to_bits();
                different.leading_zeros() >= self.bits
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let different = base.to_bits() ^ address.to_bits();
                different.leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, address};

    #[test]
    fn spellings_of_one_address_are_equal() {
        assert_eq!(address("::1"), address("0:0:0:0:0:0:0:1"));
        assert_eq!(address("010.0.0.001"), address("10.0.0.1"));
        assert_eq!(address("::ffff:a00:1"), address("10.0.0.1"));
        for text in [
            "",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.1.2",
            "+1.0.0.1",
            "a:b",
            "::ffff:10.0.0.1",
            "host",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn a_block_contains_the_addresses_with_its_first_bits() {
        let contains = |block: &str, one: &str| {
            let block = Block::parse(block).expect("a block");
            block.contains(address(one).expect("an address"))
        };
        assert!(contains("10.0.0.0/24", "10.0.0.255") && !contains("10.0.0.0/24", "10.0.1.0"));
        assert!(contains("10.0.0.77/24", "10.0.0.0") && contains("0.0.0.0/0", "255.255.255.255"));
        assert!(
            contains("2001:db8::/32", "2001:db8::ff") && !contains("2001:db8::/32", "2001:db9::")
        );
        assert!(!contains("10.0.0.0/8", "::1") && !contains("::/0", "10.0.0.1"));
    }
}
