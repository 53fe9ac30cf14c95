//! The JSON of a form's inputs.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json};

use super::names::{InputKind, InputName};
use crate::console::form::zone_field::ZoneField;
use crate::console::http::error::PageError;
use crate::time_zone::NamedTimeZone;

/// The most levels of a value: those of the names that a form writes are fewer.
const MOST_LEVELS: usize = 64;

/// Returns the JSON texts of the forms among named texts, by the fields that they are for.
///
/// # Errors
///
/// A text that is not what its input needs.
pub(crate) fn assemble(params: &[(String, String)]) -> Result<Vec<(String, String)>, PageError> {
    let inputs = params.iter();
    let inputs = inputs.filter_map(|(name, text)| Some((InputName::parse(name)?, text.as_str())));
    let inputs: Vec<(InputName<'_>, &str)> = inputs.collect();
    let choices = inputs.iter();
    let choices = choices.filter(|(name, _)| name.kind == InputKind::Choose);
    let chosen: HashMap<(&str, &str), &str> = choices
        .map(|(name, text)| ((name.target, name.pointer), *text))
        .collect();
    let zones = inputs
        .iter()
        .filter(|(name, _)| name.kind == InputKind::Zone);
    let zones: HashMap<(&str, &str, &str), &str> = zones
        .map(|(name, text)| ((name.target, name.conditions, name.pointer), *text))
        .collect();
    let zone_of = |name: &InputName<'_>| {
        let zone = zones.get(&(name.target, name.conditions, name.pointer));
        ZoneField::of(zone.copied().unwrap_or_default())
    };
    let is_chosen = |name: &InputName<'_>| {
        let mut conditions = name.conditions.split('.').filter(|text| !text.is_empty());
        conditions.all(|condition| {
            condition
                .split_once('=')
                .is_some_and(|(group, index)| chosen.get(&(name.target, group)) == Some(&index))
        })
    };
    let mut values: BTreeMap<&str, Json> = BTreeMap::new();
    for (name, text) in &inputs {
        if !is_chosen(name) {
            continue;
        }
        if let Some(value) = value_of(name, text, &zone_of)? {
            let whole = values.entry(name.target).or_default();
            put(whole, name.pointer, value).ok_or_else(|| {
                PageError::bad_request(format!("the form has no field `{}`", name.pointer))
            })?;
        }
    }
    let texts = values.into_iter();
    Ok(texts
        .map(|(target, value)| (target.to_owned(), format!("{value:#}")))
        .collect())
}

/// Returns the value of an input; `None` if it is absent.
fn value_of(
    name: &InputName<'_>,
    text: &str,
    zone_of: &impl Fn(&InputName<'_>) -> ZoneField,
) -> Result<Option<Json>, PageError> {
    let trimmed = text.trim();
    if name.is_optional && trimmed.is_empty() {
        return Ok(None);
    }
    let refused = |what: &str| {
        let label = match name.pointer {
            "" => "the value".to_owned(),
            pointer => format!("the field `{}`", pointer.trim_start_matches('/')),
        };
        Err(PageError::bad_request(format!("{label} {what}")))
    };
    let value = match name.kind {
        InputKind::Text => Json::from(text.replace("\r\n", "\n")),
        InputKind::Json if trimmed.is_empty() => return refused("is empty; enter JSON"),
        InputKind::Json => match serde_json::from_str(trimmed) {
            Ok(value) => value,
            Err(error) => return refused(&format!("is no JSON: {error}")),
        },
        InputKind::Number => match number(trimmed) {
            Some(number) => number,
            None if trimmed.is_empty() => return refused("is empty; enter a number"),
            None => return refused(&format!("is no number: `{trimmed}`")),
        },
        InputKind::Utc | InputKind::Time if trimmed.is_empty() => {
            return refused("is empty; enter a time");
        }
        InputKind::Utc => {
            let zone = zone_of(name);
            if let Some(problem) = zone.problem() {
                return refused(&format!("has a wrong time zone: {problem}"));
            }
            let moment = zone.moment(&with_seconds(trimmed));
            match moment.and_then(|moment| NamedTimeZone::UTC.local(moment)) {
                Some(time) => Json::from(format!("{time}Z")),
                None => return refused(&format!("is no time: `{trimmed}`")),
            }
        }
        InputKind::Time => Json::from(with_seconds(trimmed)),
        InputKind::Object => Json::Object(Map::new()),
        InputKind::Choose | InputKind::Zone => return Ok(None),
    };
    Ok(Some(value))
}

/// Parses a number as browsers send it: also `.5`, `5.` and `+5`.
fn number(text: &str) -> Option<Json> {
    if let Ok(value @ Json::Number(_)) = serde_json::from_str(text) {
        return Some(value);
    }
    let number: f64 = text.parse().ok()?;
    serde_json::Number::from_f64(number).map(Json::Number)
}

/// Adds the seconds that browsers leave out if they are 0.
fn with_seconds(time: &str) -> String {
    match time.matches(':').count() {
        1 => format!("{time}:00"),
        _ => time.to_owned(),
    }
}

/// Sets a value. Creates the objects around it, also where `null` is. `None` for a path with too
/// many levels, and for a path into a value that is no object.
fn put(whole: &mut Json, pointer: &str, value: Json) -> Option<()> {
    let mut place = whole;
    for (level, key) in pointer.split('/').skip(1).enumerate() {
        if level >= MOST_LEVELS {
            return None;
        }
        if place.is_null() {
            *place = Json::Object(Map::new());
        }
        let key = key.replace("~1", "/").replace("~0", "~");
        place = place.as_object_mut()?.entry(key).or_insert(Json::Null);
    }
    *place = value;
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(inputs: &[(&str, &str)]) -> Result<Vec<(String, String)>, PageError> {
        let inputs = inputs.iter();
        let params: Vec<(String, String)> = inputs
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        assemble(&params)
    }

    fn value(inputs: &[(&str, &str)]) -> Json {
        let texts = texts(inputs).expect("they are valid");
        serde_json::from_str(&texts[0].1).expect("it is JSON")
    }

    #[test]
    fn each_kind_of_input_becomes_its_json() {
        let inputs = [
            ("input.object:", ""),
            ("input.text:/a~1b/~0", " x\r\ny "),
            ("input.number:/n", "12"),
            ("input.number:/f", ".5"),
            ("input.json:/flag", "false"),
            ("input.json:/flag", "true"),
            ("input.utc:/at", "2026-01-31T12:00"),
            ("input.utc:/local", "2026-07-31T12:00"),
            ("input.zone:/local", "Europe/Berlin"),
            ("input.zone:/other", "Europe/Berlin"),
            ("input.time:/time", "12:00:30"),
            ("input.text?:/absent", ""),
            ("input.number?:/none", " "),
            ("input.json?:/list", "[1]"),
        ];
        assert_eq!(
            value(&inputs),
            json!({
                "a/b": {"~": " x\ny "}, "n": 12, "f": 0.5, "flag": true,
                "at": "2026-01-31T12:00:00Z", "local": "2026-07-31T10:00:00Z", "time": "12:00:30", "list": [1]
            })
        );
        assert_eq!(value(&[("output.number:", "7")]), json!(7));
    }

    #[test]
    fn only_the_inputs_of_the_chosen_variant_count() {
        let inputs = |index| {
            value(&[
                ("input.object:", ""),
                ("input.choose:1", index),
                ("input.json.1=0:/v", "\"A\""),
                ("input.text.1=1:/v/b", "x"),
                ("input.choose.1=1:2", "0"),
                ("input.text.1=1.2=0:/v/c", "y"),
                ("input.text.1=1.2=1:/v/d", "z"),
            ])
        };
        assert_eq!(inputs("0"), json!({"v": "A"}));
        assert_eq!(inputs("1"), json!({"v": {"b": "x", "c": "y"}}));
        assert_eq!(inputs("2"), json!({}));
    }

    #[test]
    fn wrong_texts_and_paths_are_refused() {
        for (name, text, message) in [
            ("input.number:/n", "x", "the field `n` is no number: `x`"),
            (
                "input.number:/n",
                "",
                "the field `n` is empty; enter a number",
            ),
            ("input.number:", "NaN", "the value is no number: `NaN`"),
            ("input.json:/a/b", "{", "the field `a/b` is no JSON"),
            ("input.utc:/t", "", "the field `t` is empty"),
            ("input.utc:/t", "noon", "the field `t` is no time: `noon`"),
        ] {
            let error = texts(&[(name, text)]).expect_err("it is refused");
            assert!(error.message().starts_with(message), "{}", error.message());
        }
        let inputs = [
            ("input.utc:/t", "2026-01-31T12:00"),
            ("input.zone:/t", "Moon"),
        ];
        let error = texts(&inputs).expect_err("there is no such zone");
        assert!(error.message().contains("`Moon` is not a time zone"));
        let deep = format!("input.text:{}", "/a".repeat(MOST_LEVELS + 1));
        assert!(texts(&[(&deep, "")]).is_err());
        assert!(texts(&[("input.json:", "1"), ("input.text:/a", "")]).is_err());
        assert_eq!(
            texts(&[("input", "1"), ("a:b", "1"), ("a.b:c", "")]).expect("others"),
            []
        );
    }
}
