//! A second matcher of patterns, which is slow and obvious: it tries all choices of array items.

use std::net::IpAddr;

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

/// Whether an event matches a valid pattern; `None` if a field has two tests in one alternative,
/// which event-ruler decides by the order of its tables.
pub(crate) fn matches(pattern: &Json, event: &Json) -> Option<bool> {
    let mut alternatives = alternatives(pattern, "");
    for alternative in &mut alternatives {
        alternative.sort_by(|one, other| one.0.cmp(&other.0));
        if alternative.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return None;
        }
    }
    let mut leaves = Vec::new();
    let mut arrays = 0;
    collect(event, "", &[], &mut arrays, &mut leaves);
    let chosen = alternatives.iter();
    Some(
        chosen
            .into_iter()
            .any(|fields| search(fields, &leaves, &[])),
    )
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

fn search(fields: &[(String, Vec<Json>)], leaves: &[Leaf<'_>], chosen: &[(usize, usize)]) -> bool {
    let Some(((path, tests), others)) = fields.split_first() else {
        return true;
    };
    let possible: Vec<&Leaf<'_>> = leaves
        .iter()
        .filter(|leaf| leaf.path == *path && is_consistent(&leaf.items, chosen))
        .collect();
    let is_found = possible.iter().any(|leaf| {
        tests.iter().any(|test| passes(test, leaf.value))
            && search(others, leaves, &[chosen, &leaf.items].concat())
    });
    let may_lack = tests.iter().any(|test| is_exists(test) == Some(false));
    is_found || (may_lack && possible.is_empty() && search(others, leaves, chosen))
}

fn is_exists(test: &Json) -> Option<bool> {
    test.get("exists").and_then(Json::as_bool)
}

fn passes(test: &Json, value: &Json) -> bool {
    let Some((operator, argument)) = test.as_object().and_then(|test| test.get_index(0)) else {
        return equals(test, value);
    };
    let text = value.as_str();
    match (operator.as_str(), argument) {
        ("exists", argument) => argument.as_bool() == Some(true),
        ("numeric", Json::Array(parts)) => parts.chunks(2).all(|part| {
            let (Json::Number(number), Json::Number(bound)) = (value, &part[1]) else {
                return false;
            };
            let (number, bound) = (number.as_f64(), bound.as_f64());
            match part[0].as_str() {
                Some("=") => number == bound,
                Some("<") => number < bound,
                Some("<=") => number <= bound,
                Some(">") => number > bound,
                _ => number >= bound,
            }
        }),
        ("anything-but", Json::Object(inner)) => {
            let (operator, argument) = inner.get_index(0).expect("an operator");
            let arguments = match argument {
                Json::Array(list) => list.to_vec(),
                one => vec![one.clone()],
            };
            text.is_none_or(|text| !arguments.iter().any(|one| is_text(operator, one, text)))
        }
        ("anything-but", Json::Array(list)) => !list.iter().any(|one| is_same(one, value)),
        ("anything-but", one) => !is_same(one, value),
        (operator, argument) => text.is_some_and(|text| is_text(operator, argument, text)),
    }
}

/// A value of a pattern: a text that is an IP address has several spellings.
fn equals(test: &Json, value: &Json) -> bool {
    let address = |json: &Json| json.as_str()?.parse::<IpAddr>().ok();
    match (address(test), address(value)) {
        (Some(one), Some(other)) => one == other,
        _ => is_same(test, value),
    }
}

fn is_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

fn is_text(operator: &str, argument: &Json, text: &str) -> bool {
    let any_case = argument.get("equals-ignore-case").and_then(Json::as_str);
    let letters: Vec<char> = text.chars().collect();
    match (operator, argument.as_str(), any_case) {
        ("prefix", Some(part), _) => text.starts_with(part),
        ("suffix", Some(part), _) => text.ends_with(part),
        ("prefix", _, Some(part)) => {
            let count = part.chars().count();
            letters.len() >= count && is_any_case(part, &letters[..count])
        }
        ("suffix", _, Some(part)) => {
            let count = part.chars().count();
            letters.len() >= count && is_any_case(part, &letters[letters.len() - count..])
        }
        ("equals-ignore-case", Some(other), _) => is_any_case(other, &letters),
        ("wildcard", Some(pattern), _) => {
            let pattern: Vec<char> = pattern.chars().collect();
            is_wildcard(&pattern, &letters)
        }
        ("cidr", Some(block), _) => is_in_block(block, text),
        _ => panic!("{operator} {argument}"),
    }
}

fn is_any_case(one: &str, other: &[char]) -> bool {
    let lower = |letter: char| letter.to_lowercase().to_string();
    let one: Vec<char> = one.chars().collect();
    let mut pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.all(|(one, other)| lower(*one) == lower(*other))
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

fn is_in_block(block: &str, text: &str) -> bool {
    let (start, bits) = block.split_once('/').expect("a block");
    let bits: u32 = bits.parse().expect("a number of bits");
    match (start.parse(), text.parse()) {
        (Ok(IpAddr::V4(start)), Ok(IpAddr::V4(address))) => {
            let shift = 32 - bits;
            let of = |address: u32| address.checked_shr(shift).unwrap_or(0);
            of(start.to_bits()) == of(address.to_bits())
        }
        (Ok(IpAddr::V6(start)), Ok(IpAddr::V6(address))) => {
            let shift = 128 - bits;
            let of = |address: u128| address.checked_shr(shift).unwrap_or(0);
            of(start.to_bits()) == of(address.to_bits())
        }
        _ => false,
    }
}
