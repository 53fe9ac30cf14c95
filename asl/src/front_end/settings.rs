//! The settings of a Distributed Map's reader, writer and batches.

use crate::limits::{Setting, SettingType};
use crate::similar::did_you_mean;

/// A setting that a front end gives.
#[derive(Debug, Clone, Copy)]
pub struct GivenSetting<'v> {
    /// Its name in the words of the front end.
    pub name: &'v str,
    /// Its value.
    pub value: GivenValue<'v>,
}

/// The value of a setting.
#[derive(Debug, Clone, Copy)]
pub enum GivenValue<'v> {
    /// One of several fixed words.
    Word(&'v str),
    /// A text that is not one of several fixed words.
    Text,
    /// A number that is an integer and not negative.
    Whole(u64),
    /// A list of texts.
    TextList,
    /// Another value.
    Other,
    /// A value that an execution computes.
    Computed,
}

/// The names of settings in a front end.
#[derive(Debug, Clone, Copy)]
pub struct SettingWords {
    /// The thing with the settings: `` `reader` ``.
    pub owner: &'static str,
    /// The name of a setting.
    pub name: fn(&Setting) -> &'static str,
    /// The code around a name: `` `.setting("InputType", ..)` ``.
    pub code: fn(&str) -> String,
    /// The code that lists headers.
    pub headers: &'static str,
    /// The code for headers that are listed.
    pub headers_given: &'static str,
}

/// A problem of a setting.
#[derive(Debug, Clone, Copy)]
pub enum SettingProblem {
    /// It is given for the second time.
    Repeated,
    /// ASL has no such setting.
    Unknown,
    /// AWS does not accept its value.
    WrongValue(&'static SettingType),
    /// It announces a list of headers, which is missing.
    HeadersMissing,
    /// It lists headers that another setting does not announce.
    HeadersNotGiven,
    /// It is given without a setting that is required.
    Missing(&'static Setting),
}

/// Checks the settings of a reader, a writer or a batch. Each problem comes with the index of its
/// setting.
pub fn check_settings(
    known: &'static [Setting],
    words: &SettingWords,
    settings: &[GivenSetting<'_>],
) -> Vec<(usize, SettingProblem)> {
    let mut problems = Vec::new();
    let find = |field: &str| {
        let setting = known.iter().find(|setting| setting.field == field)?;
        let name = (words.name)(setting);
        settings.iter().position(|given| given.name == name)
    };
    for (index, given) in settings.iter().enumerate() {
        let is_repeated = settings[..index].iter().any(|one| one.name == given.name);
        if is_repeated {
            problems.push((index, SettingProblem::Repeated));
        }
        match known.iter().find(|one| (words.name)(one) == given.name) {
            None => problems.push((index, SettingProblem::Unknown)),
            Some(setting) if !accepts(&setting.takes, given.value) => {
                problems.push((index, SettingProblem::WrongValue(&setting.takes)));
            }
            Some(_) => {}
        }
    }
    let location = find("CSVHeaderLocation");
    let announces = |index: &usize| matches!(settings[*index].value, GivenValue::Word("GIVEN"));
    match (location.filter(announces), find("CSVHeaders")) {
        (Some(location), None) => problems.push((location, SettingProblem::HeadersMissing)),
        (None, Some(headers)) => problems.push((headers, SettingProblem::HeadersNotGiven)),
        _ => {}
    }
    // The unknown setting may be the missing one.
    let is_unknown = |one: &(usize, SettingProblem)| matches!(one.1, SettingProblem::Unknown);
    if !settings.is_empty() && !problems.iter().any(is_unknown) {
        let missing = known
            .iter()
            .filter(|one| one.required && find(one.field).is_none());
        problems.extend(missing.map(|one| (0, SettingProblem::Missing(one))));
    }
    problems
}

fn accepts(takes: &SettingType, value: GivenValue<'_>) -> bool {
    match (takes, value) {
        (_, GivenValue::Computed)
        | (SettingType::Text, GivenValue::Text)
        | (SettingType::List, GivenValue::TextList) => true,
        (SettingType::Word(words), GivenValue::Word(word)) => words.contains(&word),
        (SettingType::Number(least, most), GivenValue::Whole(number)) => {
            *least <= number && most.is_none_or(|most| number <= most)
        }
        _ => false,
    }
}

impl SettingProblem {
    /// The code of the rule for the same problem in ASL.
    pub fn code(self) -> Option<&'static str> {
        match self {
            SettingProblem::Repeated => None,
            SettingProblem::Unknown => Some("SW014"),
            SettingProblem::WrongValue(SettingType::Number(..)) => Some("SW105"),
            SettingProblem::WrongValue(SettingType::Text | SettingType::List) => Some("SW017"),
            SettingProblem::WrongValue(SettingType::Word(_))
            | SettingProblem::HeadersMissing
            | SettingProblem::HeadersNotGiven
            | SettingProblem::Missing(_) => Some("SW109"),
        }
    }

    /// The message about a setting, and the help.
    pub fn message(
        self,
        known: &'static [Setting],
        words: &SettingWords,
        given: &GivenSetting<'_>,
    ) -> (String, Option<String>) {
        let code = (words.code)(given.name);
        match self {
            SettingProblem::Repeated => (format!("{code} is given twice"), None),
            SettingProblem::Unknown => {
                let names: Vec<&str> = known.iter().map(words.name).collect();
                let help = did_you_mean(given.name, names.iter().copied())
                    .unwrap_or_else(|| format!("the settings are `{}`", names.join("`, `")));
                let message = format!("{} has no setting `{}`", words.owner, given.name);
                (message, Some(help))
            }
            SettingProblem::WrongValue(SettingType::Word(all)) => {
                let help = match given.value {
                    GivenValue::Word(word) => did_you_mean(word, all.iter().copied()),
                    _ => None,
                };
                (format!("{code} is one of `{}`", all.join("`, `")), help)
            }
            SettingProblem::WrongValue(SettingType::Number(least, Some(most))) => (
                format!("{code} is a whole number from {least} to {most}"),
                None,
            ),
            SettingProblem::WrongValue(SettingType::Number(least, None)) => (
                format!("{code} is a whole number of at least {least}"),
                None,
            ),
            SettingProblem::WrongValue(SettingType::Text) => (format!("{code} is a text"), None),
            SettingProblem::WrongValue(SettingType::List) => {
                (format!("{code} is a list of texts"), None)
            }
            SettingProblem::HeadersMissing => (
                "the headers are missing".to_owned(),
                Some(format!("list them with `{}`", words.headers)),
            ),
            SettingProblem::HeadersNotGiven => (
                "headers are listed, but their location is not `GIVEN`".to_owned(),
                Some(format!("add `{}`", words.headers_given)),
            ),
            SettingProblem::Missing(needed) => {
                let needed = (words.code)((words.name)(needed));
                (format!("{code} also needs {needed}"), None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{BATCH, READER, WRITER};

    const WORDS: SettingWords = SettingWords {
        owner: "`ReaderConfig`",
        name: |setting| setting.field,
        code: |name| format!("`{name}`"),
        headers: "CSVHeaders",
        headers_given: "CSVHeaderLocation",
    };

    fn check(
        known: &'static [Setting],
        settings: &[(&'static str, GivenValue<'static>)],
    ) -> Vec<String> {
        let given = settings.iter();
        let given = given.map(|(name, value)| GivenSetting {
            name,
            value: *value,
        });
        let given: Vec<GivenSetting<'_>> = given.collect();
        let problems = check_settings(known, &WORDS, &given).into_iter();
        let messages =
            problems.map(
                |(index, problem)| match problem.message(known, &WORDS, &given[index]) {
                    (message, Some(help)) => format!("{message}; {help}"),
                    (message, None) => message,
                },
            );
        messages.collect()
    }

    #[test]
    fn unknown_duplicate_and_invalid_settings_are_reported() {
        use GivenValue::{Computed, Other, Text, TextList, Whole, Word};
        assert_eq!(
            check(
                READER,
                &[("InputType", Word("CSV")), ("MaxItems", Whole(5))]
            ),
            [""; 0]
        );
        assert_eq!(
            check(READER, &[("InputType", Computed), ("MaxItems", Computed)]),
            [""; 0]
        );
        assert_eq!(
            check(
                READER,
                &[
                    ("InputTyp", Word("CSV")),
                    ("InputType", Word("CVS")),
                    ("InputType", Text)
                ]
            ),
            [
                "`ReaderConfig` has no setting `InputTyp`; did you mean `InputType`?",
                "`InputType` is one of `MANIFEST`, `JSON`, `CSV`, `JSONL`, `PARQUET`; did you mean `CSV`?",
                "`InputType` is given twice",
                "`InputType` is one of `MANIFEST`, `JSON`, `CSV`, `JSONL`, `PARQUET`",
            ]
        );
        assert_eq!(
            check(
                READER,
                &[
                    ("MaxItems", Whole(100_000_001)),
                    ("ItemsPointer", Word("a"))
                ]
            ),
            [
                "`MaxItems` is a whole number from 0 to 100000000",
                "`ItemsPointer` is a text"
            ]
        );
        assert_eq!(
            check(
                BATCH,
                &[
                    ("MaxItemsPerBatch", Whole(0)),
                    ("MaxInputBytesPerBatch", Other)
                ]
            ),
            [
                "`MaxItemsPerBatch` is a whole number of at least 1",
                "`MaxInputBytesPerBatch` is a whole number from 1 to 262144",
            ]
        );
        assert_eq!(
            check(WRITER, &[("Transformation", TextList)]),
            [
                "`Transformation` is one of `NONE`, `COMPACT`, `FLATTEN`",
                "`Transformation` also needs `OutputType`",
            ]
        );
        assert_eq!(
            check(WRITER, &[("OutputTyp", Word("JSON"))]),
            ["`WriterConfig` has no setting `OutputTyp`; did you mean `OutputType`?"; 1]
                .map(|text| text.replace("Writer", "Reader")),
            "the misspelt setting may be the required one"
        );
    }

    #[test]
    fn csv_headers_and_their_location_must_agree() {
        use GivenValue::{TextList, Word};
        let given = ("CSVHeaderLocation", Word("GIVEN"));
        let headers = ("CSVHeaders", TextList);
        assert_eq!(check(READER, &[given, headers]), [""; 0]);
        assert_eq!(
            check(READER, &[given]),
            ["the headers are missing; list them with `CSVHeaders`"]
        );
        assert_eq!(
            check(READER, &[headers, ("CSVHeaderLocation", Word("FIRST_ROW"))]),
            ["headers are listed, but their location is not `GIVEN`; add `CSVHeaderLocation`"]
        );
    }
}
