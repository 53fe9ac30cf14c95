//! A second matcher of patterns, which is slow and obvious: it tries all choices of array items.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use stepwright_asl::json::Json;

/// The fields that must all match, with their tests.
type Alternative = Vec<(String, Vec<Json>)>;

/// A value of an event that is neither an object nor an array, with its path and the items of
/// arrays around it.
#[derive(Debug)]
struct Leaf<'e> {
    path: String,
    value: &'e Json,
    /// Pairs of an array and the index of its item.
    items: Vec<(usize, usize)>,
}

/// A rule of the language that a wrong matcher ignores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IgnoredRule {
    /// Fields of an array match in the same item.
    SameItem,
    /// A field is absent if no value of the chosen items has its path.
    AbsenceInItems,
    /// All alternatives of `$or` count.
    AllAlternatives,
    /// Numbers are exact decimals.
    ExactNumbers,
    /// Spellings of an IP address are equal.
    Addresses,
    /// Strings with an operator in any case.
    AnyCase,
}

/// A matcher, correct if it ignores no rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NaiveMatcher {
    pub(crate) ignored: Option<IgnoredRule>,
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn alternatives(pattern: &Json, path: &str) -> Vec<Alternative> {
    let mut all: Vec<Alternative> = vec![Vec::new()];
    for (name, value) in pattern.as_object().into_iter().flatten() {
        let these: Vec<Alternative> = match value {
            Json::Array(items) if name == "$or" => items
                .iter()
                .flat_map(|item| alternatives(item, path))
                .collect(),
            Json::Array(tests) => vec![vec![(join(path, name), tests.to_vec())]],
            inner => alternatives(inner, &join(path, name)),
        };
        all = all
            .iter()
            .flat_map(|one| these.iter().map(|other| [&one[..], other].concat()))
            .collect();
    }
    all
}

fn collect<'e>(
    value: &'e Json,
    path: &str,
    items: &[(usize, usize)],
    arrays: &mut usize,
    leaves: &mut Vec<Leaf<'e>>,
) {
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                collect(member, &join(path, name), items, arrays, leaves);
            }
        }
        Json::Array(list) => {
            let array = *arrays;
            *arrays += 1;
            for (index, item) in list.iter().enumerate() {
                let inside = [items, &[(array, index)]].concat();
                match item {
                    Json::Array(_) | Json::Object(_) => {
                        collect(item, path, &inside, arrays, leaves);
                    }
                    scalar => collect(scalar, path, items, arrays, leaves),
                }
            }
        }
        value => leaves.push(Leaf {
            path: path.to_owned(),
            value,
            items: items.to_vec(),
        }),
    }
}

fn is_consistent(one: &[(usize, usize)], other: &[(usize, usize)]) -> bool {
    one.iter()
        .all(|(array, item)| other.iter().all(|(a, i)| a != array || i == item))
}

impl NaiveMatcher {
    fn ignores(self, rule: IgnoredRule) -> bool {
        self.ignored == Some(rule)
    }

    /// Whether an event matches a valid pattern.
    pub(crate) fn matches(self, pattern: &Json, event: &Json) -> bool {
        let mut leaves = Vec::new();
        collect(event, "", &[], &mut 0, &mut leaves);
        let alternatives = alternatives(pattern, "");
        let count = if self.ignores(IgnoredRule::AllAlternatives) {
            1
        } else {
            alternatives.len()
        };
        alternatives.into_iter().take(count).any(|alternative| {
            // The last test of a path replaces the ones before it.
            let fields: BTreeMap<String, Vec<Json>> = alternative.into_iter().collect();
            let fields: Alternative = fields.into_iter().collect();
            self.search(&fields, &leaves, &[])
        })
    }

    fn search(
        self,
        fields: &[(String, Vec<Json>)],
        leaves: &[Leaf<'_>],
        chosen: &[(usize, usize)],
    ) -> bool {
        let Some(((path, tests), others)) = fields.split_first() else {
            return true;
        };
        let of_path: Vec<&Leaf<'_>> = leaves.iter().filter(|leaf| leaf.path == *path).collect();
        let possible: Vec<&Leaf<'_>> = of_path
            .iter()
            .copied()
            .filter(|leaf| {
                self.ignores(IgnoredRule::SameItem) || is_consistent(&leaf.items, chosen)
            })
            .collect();
        let is_found = possible.iter().any(|leaf| {
            tests.iter().any(|test| self.passes(test, leaf.value))
                && self.search(others, leaves, &[chosen, &leaf.items].concat())
        });
        let may_lack = tests.iter().any(|test| is_exists(test) == Some(false));
        let is_absent = if self.ignores(IgnoredRule::AbsenceInItems) {
            of_path.is_empty()
        } else {
            possible.is_empty()
        };
        is_found || (may_lack && is_absent && self.search(others, leaves, chosen))
    }

    fn passes(self, test: &Json, value: &Json) -> bool {
        let Some((operator, argument)) = test.as_object().and_then(|test| test.get_index(0)) else {
            return self.equals(test, value);
        };
        let text = value.as_str();
        match (operator.as_str(), argument) {
            ("exists", argument) => argument.as_bool() == Some(true),
            ("numeric", Json::Array(parts)) => parts.chunks(2).all(|part| {
                let Json::Number(number) = value else {
                    return false;
                };
                let number = number.to_string();
                let order = Decimal::new(&number).order(&Decimal::new(&part[1].to_string()));
                is_float(&number)
                    && match part[0].as_str() {
                        Some("=") => order.is_eq(),
                        Some("<") => order.is_lt(),
                        Some("<=") => order.is_le(),
                        Some(">") => order.is_gt(),
                        _ => order.is_ge(),
                    }
            }),
            ("anything-but", Json::Object(inner)) => {
                let (operator, argument) = inner.get_index(0).expect("an operator");
                let arguments = match argument {
                    Json::Array(list) => list.to_vec(),
                    one => vec![one.clone()],
                };
                text.is_none_or(|text| {
                    let mut arguments = arguments.iter();
                    !arguments.any(|one| self.is_text(operator, one, text))
                })
            }
            ("anything-but", Json::Array(list)) => !list.iter().any(|one| self.is_same(one, value)),
            ("anything-but", one) => !self.is_same(one, value),
            (operator, argument) => text.is_some_and(|text| self.is_text(operator, argument, text)),
        }
    }

    /// A value of a pattern: a text that is an IP address has several spellings.
    fn equals(self, test: &Json, value: &Json) -> bool {
        let address = |json: &Json| address(json.as_str()?);
        match (address(test), address(value)) {
            (Some(one), Some(other)) if !self.ignores(IgnoredRule::Addresses) => one == other,
            _ => self.is_same(test, value),
        }
    }

    fn is_same(self, one: &Json, other: &Json) -> bool {
        let (Json::Number(number), Json::Number(other_number)) = (one, other) else {
            return one == other;
        };
        if self.ignores(IgnoredRule::ExactNumbers) {
            return number.as_f64() == other_number.as_f64();
        }
        let (one, other) = (number.to_string(), other_number.to_string());
        // event-ruler compares other numbers by their text.
        let are_floats = is_float(&one) && is_float(&other);
        one == other || (are_floats && Decimal::new(&one).order(&Decimal::new(&other)).is_eq())
    }

    fn is_text(self, operator: &str, argument: &Json, text: &str) -> bool {
        let any_case = argument.get("equals-ignore-case").and_then(Json::as_str);
        match (operator, argument.as_str(), any_case) {
            ("exactly", Some(other), _) => text == other,
            ("prefix", Some(part), _) => text.starts_with(part),
            ("suffix", Some(part), _) => text.ends_with(part),
            ("prefix", _, Some(part)) => {
                let mut ends = (0..=text.len()).filter_map(|end| text.get(..end));
                ends.any(|start| self.is_any_case(part, start))
            }
            ("suffix", _, Some(part)) => {
                let mut starts = (0..=text.len()).filter_map(|start| text.get(start..));
                starts.any(|end| self.is_any_case(part, end))
            }
            ("equals-ignore-case", Some(other), _) => self.is_any_case(other, text),
            ("wildcard", Some(pattern), _) => {
                let letters = |text: &str| text.chars().collect::<Vec<_>>();
                is_wildcard(&letters(pattern), &letters(text))
            }
            ("cidr", Some(block), _) => is_in_block(block, text),
            _ => panic!("{operator} {argument}"),
        }
    }

    /// Each character of the pattern is in its upper or in its lower case in the text.
    fn is_any_case(self, pattern: &str, text: &str) -> bool {
        let mut letters = pattern.chars();
        let Some(letter) = letters.next() else {
            return text.is_empty();
        };
        let cases = if self.ignores(IgnoredRule::AnyCase) {
            [letter.to_string(), letter.to_string()]
        } else {
            [
                letter.to_lowercase().to_string(),
                letter.to_uppercase().to_string(),
            ]
        };
        let mut rests = cases.iter().filter_map(|case| text.strip_prefix(case));
        rests.any(|rest| self.is_any_case(letters.as_str(), rest))
    }
}

fn is_exists(test: &Json) -> Option<bool> {
    test.get("exists").and_then(Json::as_bool)
}

fn is_wildcard(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|from| is_wildcard(rest, &text[from..])),
        ['\\', letter, rest @ ..] | [letter, rest @ ..] => {
            text.first() == Some(letter) && is_wildcard(rest, &text[1..])
        }
    }
}

/// The bytes of an IP address: 4 or 16.
fn address(text: &str) -> Option<Vec<u8>> {
    if !text.contains(':') {
        let numbers = text.split('.').map(|part| {
            let is_number = part.chars().all(|letter| letter.is_ascii_digit());
            part.parse().ok().filter(|_| is_number)
        });
        let numbers: Vec<u8> = numbers.collect::<Option<_>>()?;
        return (numbers.len() == 4).then_some(numbers);
    }
    if text.contains(['.', '%']) {
        return None;
    }
    let bytes = text.parse::<Ipv6Addr>().ok()?.octets().to_vec();
    // Java reads the IPv6 form of an IPv4 address as this IPv4 address.
    let is_mapped = bytes.starts_with(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    Some(if is_mapped {
        bytes[12..].to_vec()
    } else {
        bytes
    })
}

fn is_in_block(block: &str, text: &str) -> bool {
    let (start, count) = block.split_once('/').expect("a block");
    let count: usize = count.parse().expect("a number of bits");
    let bits =
        |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:08b}")).collect() };
    let start = address(start).expect("an address");
    address(text).is_some_and(|address| {
        let is_family = start.len() == address.len();
        is_family && bits(&start)[..count] == bits(&address)[..count]
    })
}

/// A number as digits without zeros around them: `-12.5` has the digits `12` and `5`.
#[derive(Debug)]
struct Decimal {
    is_negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    fn new(text: &str) -> Self {
        let (sign, text) = text.split_at(usize::from(text.starts_with('-')));
        let (digits, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let power: isize = power.parse().expect("a power of ten");
        let (mut whole, mut fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole.to_owned(), fraction.to_owned()),
            None => (digits.to_owned(), String::new()),
        };
        for _ in 0..power.abs() {
            if power > 0 {
                fraction.push('0');
                whole.push(fraction.remove(0));
            } else {
                whole.insert(0, '0');
                fraction.insert(0, whole.pop().expect("a digit"));
            }
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let is_zero = whole.is_empty() && fraction.is_empty();
        Self {
            is_negative: sign == "-" && !is_zero,
            whole,
            fraction,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let size = |one: &Self| (one.whole.len(), one.whole.clone(), one.fraction.clone());
        match (self.is_negative, other.is_negative) {
            (false, false) => size(self).cmp(&size(other)),
            (true, true) => size(other).cmp(&size(self)),
            (is_negative, _) => {
                if is_negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

/// Whether the shortest digits of a float are this number.
fn is_float(text: &str) -> bool {
    let value: f64 = text.parse().expect("a number");
    let is_finite = value.is_finite();
    is_finite
        && Decimal::new(text)
            .order(&Decimal::new(&value.to_string()))
            .is_eq()
}
