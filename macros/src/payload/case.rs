//! serde's `rename_all` rules.

/// How names are converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameCase {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl NameCase {
    /// The rule with this name in serde.
    pub(super) fn from_text(text: &str) -> Option<NameCase> {
        Some(match text {
            "lowercase" => NameCase::Lower,
            "UPPERCASE" => NameCase::Upper,
            "PascalCase" => NameCase::Pascal,
            "camelCase" => NameCase::Camel,
            "snake_case" => NameCase::Snake,
            "SCREAMING_SNAKE_CASE" => NameCase::ScreamingSnake,
            "kebab-case" => NameCase::Kebab,
            "SCREAMING-KEBAB-CASE" => NameCase::ScreamingKebab,
            _ => return None,
        })
    }

    /// Converts a field's name, written in `snake_case`.
    pub(super) fn field(self, name: &str) -> String {
        match self {
            NameCase::Lower | NameCase::Snake => name.to_owned(),
            NameCase::Upper | NameCase::ScreamingSnake => name.to_ascii_uppercase(),
            NameCase::Pascal => pascal(name),
            NameCase::Camel => lower_first(&pascal(name)),
            NameCase::Kebab => name.replace('_', "-"),
            NameCase::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Converts a variant's name, written in `PascalCase`.
    pub(super) fn variant(self, name: &str) -> String {
        match self {
            NameCase::Pascal => name.to_owned(),
            NameCase::Lower => name.to_ascii_lowercase(),
            NameCase::Upper => name.to_ascii_uppercase(),
            NameCase::Camel => lower_first(name),
            NameCase::Snake => snake(name),
            NameCase::ScreamingSnake => snake(name).to_ascii_uppercase(),
            NameCase::Kebab => snake(name).replace('_', "-"),
            NameCase::ScreamingKebab => snake(name).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut capital = true;
    for letter in name.chars() {
        if letter == '_' {
            capital = true;
        } else if capital {
            out.push(letter.to_ascii_uppercase());
            capital = false;
        } else {
            out.push(letter);
        }
    }
    out
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_rewritten_as_serde_does() {
        let names = |case: &str| NameCase::from_text(case).unwrap().field("order_line_id");
        assert_eq!(names("camelCase"), "orderLineId");
        assert_eq!(names("PascalCase"), "OrderLineId");
        assert_eq!(names("SCREAMING-KEBAB-CASE"), "ORDER-LINE-ID");
        assert_eq!(names("lowercase"), "order_line_id");
    }

    #[test]
    fn variants_are_rewritten_as_serde_does() {
        let names = |case: &str| NameCase::from_text(case).unwrap().variant("TimedOut");
        assert_eq!(names("camelCase"), "timedOut");
        assert_eq!(names("snake_case"), "timed_out");
        assert_eq!(names("SCREAMING_SNAKE_CASE"), "TIMED_OUT");
        assert_eq!(names("kebab-case"), "timed-out");
        assert_eq!(names("lowercase"), "timedout");
    }
}
