//! Converts ASL names, which may be any text, to Rust names.

use std::collections::HashSet;

/// Names in use.
#[derive(Debug, Clone, Default)]
pub struct UsedNames(HashSet<String>);

impl UsedNames {
    /// Returns whether a name is not in use.
    pub fn is_free(&self, name: &str) -> bool {
        !self.0.contains(name)
    }

    /// Returns the name, or the name with the first numeric suffix that makes it unique.
    pub fn unique(&mut self, name: String) -> String {
        if self.0.insert(name.clone()) {
            return name;
        }
        let mut number = 2;
        loop {
            let numbered = format!("{name}{number}");
            if self.0.insert(numbered.clone()) {
                return numbered;
            }
            number += 1;
        }
    }
}

/// `ChargeTheCard` for `Charge the card`; `otherwise` if the text has no letter or digit.
pub fn pascal(text: &str, otherwise: &str) -> String {
    let mut name = String::new();
    for word in words(text) {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            name.push(first.to_ascii_uppercase());
            name.push_str(letters.as_str());
        }
    }
    match name.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{otherwise}{name}"),
        Some(_) if name == "Self" => format!("{name}State"),
        Some(_) => name,
    }
}

/// `charge_the_card` for `ChargeTheCard` and `Charge the card`; never a keyword.
pub(crate) fn snake(text: &str, otherwise: &str) -> String {
    let mut name = String::new();
    for word in words(text) {
        let letters: Vec<char> = word.chars().collect();
        for (index, letter) in letters.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| letters[before]);
            let after = letters.get(index + 1);
            // A word starts at a capital after a lower-case letter, or before one: `HTTPRequest` is
            // `http_request`.
            let begins = letter.is_ascii_uppercase()
                && before.is_some_and(|before| {
                    !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
                });
            if (index == 0 || begins) && !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            name.push(letter.to_ascii_lowercase());
        }
    }
    match name.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{otherwise}_{name}"),
        Some(_) if KEYWORDS.contains(&name.as_str()) => format!("{name}_"),
        Some(_) => name,
    }
}

/// Whether the word is a Rust keyword.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Removes the hash that CDK appends to the logical id of a resource: `ChargeCard` for
/// `ChargeCard9C58B1E0`, and for `ChargeCard9C58B1E0-Xa81LbQ0VvWc`, the physical name that
/// CloudFormation derives from it.
///
/// The hash is eight upper-case hexadecimal digits. Only decimal digits or only letters are a date
/// or a word instead.
pub fn without_hash(name: &str) -> &str {
    let deployed = name.rsplit_once('-').and_then(|(before, random)| {
        let is_random = (12..=13).contains(&random.len())
            && random.chars().all(|letter| letter.is_ascii_alphanumeric());
        is_random.then(|| before_hash(before)).flatten()
    });
    deployed.or_else(|| before_hash(name)).unwrap_or(name)
}

fn before_hash(name: &str) -> Option<&str> {
    let (before, hash) = name.split_at_checked(name.len().checked_sub(8)?)?;
    let is_digit = |letter: char| letter.is_ascii_digit();
    let is_hexadecimal = |letter: char| is_digit(letter) || ('A'..='F').contains(&letter);
    let is_hash = hash.chars().all(is_hexadecimal)
        && hash.contains(is_digit)
        && !hash.chars().all(is_digit)
        && before.ends_with(|letter: char| letter.is_ascii_alphanumeric());
    is_hash.then_some(before)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
}

const KEYWORDS: [&str; 39] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static", "struct",
    "super", "trait", "true", "type", "use",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_the_name_of_a_type() {
        for (text, name) in [
            ("Charge the card", "ChargeTheCard"),
            ("charge_card", "ChargeCard"),
            ("HTTP-Get", "HTTPGet"),
            ("2nd try", "State2ndTry"),
            ("übung", "Bung"),
            ("¿?", "State"),
            ("Self", "SelfState"),
        ] {
            assert_eq!(pascal(text, "State"), name, "{text}");
        }
    }

    #[test]
    fn any_text_becomes_the_name_of_a_function() {
        for (text, name) in [
            ("ChargeCard", "charge_card"),
            ("HTTPRequest", "http_request"),
            ("order-id", "order_id"),
            ("S3Key", "s3_key"),
            ("type", "type_"),
            ("9", "field_9"),
            ("", "field"),
        ] {
            assert_eq!(snake(text, "field"), name, "{text}");
        }
    }

    #[test]
    fn the_hash_suffix_of_a_resource_name_is_removed() {
        for (name, without) in [
            ("ChargeCard9C58B1E0", "ChargeCard"),
            ("chargeCardFn0A1B2C3D", "chargeCardFn"),
            ("Shop-ChargeCard9C58B1E0-Xa81LbQ0VvWc", "Shop-ChargeCard"),
            ("Shop-ChargeCard9C58B1E0-1A2B3C4D5E6F7", "Shop-ChargeCard"),
            // Not a hash: a date, a word, lower-case letters, too short, no name before it.
            ("Export20240131", "Export20240131"),
            ("ChargeCardDEADBEEF", "ChargeCardDEADBEEF"),
            ("ChargeCard9c58b1e0", "ChargeCard9c58b1e0"),
            ("ChargeCard9C58B1E", "ChargeCard9C58B1E"),
            ("9C58B1E0", "9C58B1E0"),
            ("charge-card-production", "charge-card-production"),
            ("charge-übungübung1", "charge-übungübung1"),
        ] {
            assert_eq!(without_hash(name), without, "{name}");
        }
    }

    #[test]
    fn a_name_in_use_gets_a_numeric_suffix() {
        let mut names = UsedNames::default();
        assert_eq!(names.unique("A".into()), "A");
        assert_eq!(names.unique("A".into()), "A2");
        assert_eq!(names.unique("A".into()), "A3");
    }
}
