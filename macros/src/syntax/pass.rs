//! `pass Label { let label = ..; next X; }`: nothing but `let`s.

pub(super) const WORDS: &[&str] = &["let"];
