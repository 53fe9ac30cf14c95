//! The kinds of values that expressions have.

/// A kind of values. In a rule `A` and `C` mean any kind, and `O` any kind with an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `i32`, `f64`, `bool`, `String`, `usize`, `i64`, `Item`, `Size`, `BTreeMap<String, i32>`,
    /// `ErrorOutput`, `Decimal`: one letter each. `X` is an `f64` near the limits of the type,
    /// which no rule writes as text; small letters are types of the user.
    One(char),
    List(Box<Kind>),
    Option(Box<Kind>),
    Pair(Box<Kind>, Box<Kind>),
}

/// The letters that mean any kind in a rule.
const VARIABLES: [char; 3] = ['A', 'C', 'O'];

impl Kind {
    /// Reads `I`, `[T]`, `?A`, `(N,A)`.
    pub(super) fn read(text: &str) -> Kind {
        let mut rest = text;
        let kind = Kind::read_from(&mut rest);
        assert!(rest.is_empty(), "`{text}` is a kind");
        kind
    }

    fn read_from(rest: &mut &str) -> Kind {
        let mut letters = rest.chars();
        let first = letters.next().unwrap_or_default();
        *rest = letters.as_str();
        let skip = |rest: &mut &str| *rest = rest.get(1..).unwrap_or_default();
        match first {
            '[' => {
                let of = Kind::read_from(rest);
                skip(rest);
                Kind::List(Box::new(of))
            }
            '?' => Kind::Option(Box::new(Kind::read_from(rest))),
            '(' => {
                let left = Kind::read_from(rest);
                skip(rest);
                let right = Kind::read_from(rest);
                skip(rest);
                Kind::Pair(Box::new(left), Box::new(right))
            }
            letter => Kind::One(letter),
        }
    }

    /// The type in Rust; with its full path if a row has other types with names of the prelude.
    pub(super) fn rust(&self, paths: bool) -> String {
        let (list, option) = if paths {
            ("::std::vec::Vec", "::core::option::Option")
        } else {
            ("Vec", "Option")
        };
        match self {
            Kind::One('T') if paths => "::std::string::String".to_owned(),
            Kind::One('I' | 'F' | 'L' | 'X') if paths => {
                format!("::core::primitive::{}", self.rust(false))
            }
            Kind::One(letter) => match letter {
                'I' => "i32",
                'F' => "f64",
                'B' => "bool",
                'T' => "String",
                'N' => "usize",
                'L' => "i64",
                'S' => "Item",
                'Z' => "Size",
                'M' => "BTreeMap<String, i32>",
                'X' => "f64",
                'D' => "Decimal",
                'm' => "BTreeMap<Name, i32>",
                'E' => "ErrorOutput",
                other => own(*other),
            }
            .to_owned(),
            Kind::List(of) => format!("{list}<{}>", of.rust(paths)),
            Kind::Option(of) => format!("{option}<{}>", of.rust(paths)),
            Kind::Pair(left, right) => format!("({}, {})", left.rust(paths), right.rust(paths)),
        }
    }

    pub(super) fn is_copy(&self) -> bool {
        matches!(
            self,
            Kind::One('I' | 'F' | 'B' | 'N' | 'L' | 'X' | 'D' | 'a' | 'o' | 'p' | 'r')
        )
    }

    /// Whether values of this kind can be sorted.
    fn has_order(&self) -> bool {
        matches!(self, Kind::One('I' | 'T'))
    }

    /// The nesting depth of lists, options and pairs.
    pub(super) fn depth(&self) -> usize {
        match self {
            Kind::One(_) => 0,
            Kind::List(of) | Kind::Option(of) => of.depth() + 1,
            Kind::Pair(left, right) => left.depth().max(right.depth()) + 1,
        }
    }

    /// Whether a rule's kind matches this one; the rule's variables are bound in `bound`.
    pub(super) fn fits(&self, pattern: &Kind, bound: &mut Vec<(char, Kind)>) -> bool {
        match (pattern, self) {
            (Kind::One(letter), _) if VARIABLES.contains(letter) => {
                match bound.iter().find(|(bound, _)| bound == letter) {
                    Some((_, kind)) => kind == self,
                    None if *letter == 'O' && !self.has_order() => false,
                    None => {
                        bound.push((*letter, self.clone()));
                        true
                    }
                }
            }
            (Kind::List(pattern), Kind::List(of)) | (Kind::Option(pattern), Kind::Option(of)) => {
                of.fits(pattern, bound)
            }
            (Kind::Pair(a, b), Kind::Pair(left, right)) => {
                left.fits(a, bound) && right.fits(b, bound)
            }
            (pattern, kind) => pattern == kind,
        }
    }

    /// The kind with the rule's variables replaced; `free` chooses a kind for an unbound variable.
    pub(super) fn filled(
        &self,
        bound: &mut Vec<(char, Kind)>,
        free: &mut dyn FnMut(char) -> Kind,
    ) -> Kind {
        match self {
            Kind::One(letter) if VARIABLES.contains(letter) => {
                if let Some((_, kind)) = bound.iter().find(|(bound, _)| bound == letter) {
                    return kind.clone();
                }
                let kind = free(*letter);
                bound.push((*letter, kind.clone()));
                kind
            }
            Kind::One(_) => self.clone(),
            Kind::List(of) => Kind::List(Box::new(of.filled(bound, free))),
            Kind::Option(of) => Kind::Option(Box::new(of.filled(bound, free))),
            Kind::Pair(left, right) => {
                let left = left.filled(bound, free);
                Kind::Pair(Box::new(left), Box::new(right.filled(bound, free)))
            }
        }
    }
}

/// Types of the user, in `tests/tests/random_expressions/own.rs`.
pub(super) const OWN: &[(char, &str)] = &[
    ('c', "Code"),
    ('a', "Amount"),
    ('b', "Bag"),
    ('h', "Shelf"),
    ('w', "Wrapped"),
    ('z', "Holder"),
    ('o', "Maybe"),
    ('n', "Choice"),
    ('p', "Plain"),
    ('k', "Name"),
    ('y', "AnyCase"),
    ('r', "Backwards"),
    ('t', "Twin"),
    ('s', "Settings"),
    ('d', "Renamed"),
    ('g', "Tagged"),
    ('j', "Adjacent"),
    ('l', "Loose"),
    ('f', "Formed"),
    ('e', "Id"),
    ('q', "Clear"),
    ('v', "Sparse"),
    ('x', "Part"),
];

fn own(letter: char) -> &'static str {
    OWN.iter()
        .find(|(of, _)| *of == letter)
        .map(|(_, name)| *name)
        .unwrap_or_else(|| panic!("`{letter}` is no kind"))
}
