//! The options of Distributed Maps.

use crate::errors::{Errors, TokenRange};
use crate::machine::{
    Batch, Machine, Map, Setting, SettingValue, State, StateNode, StateWork, UserExpr,
};
use proc_macro2::Ident;
use stepwright_asl::Diagnostic;
use stepwright_asl::front_end::{
    GivenSetting, GivenValue, SettingProblem, SettingWords, check_settings,
};
use stepwright_asl::limits::{self, BATCH, PERCENTAGE, READER, WRITER};
use syn::{Expr, Lit, Type};

const WORDS: SettingWords = SettingWords {
    owner: "",
    name: |setting| setting.word,
    code: |name| format!("`{name}`"),
    headers: "csv_headers: [\"id\", \"name\"]",
    headers_given: "csv_header_location: GIVEN",
};

/// Returns the ASL field for a setting of a reader, a writer or a batch.
pub(crate) fn field(keyword: &Ident, word: &Ident) -> Option<&'static str> {
    fields(keyword)
        .iter()
        .find(|field| word == field.word)
        .map(|field| field.field)
}

fn fields(keyword: &Ident) -> &'static [limits::Setting] {
    match keyword.to_string().as_str() {
        "reader" => READER,
        "writer" => WRITER,
        _ => BATCH,
    }
}

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        let StateWork::Map(map) = &node.state.kind else {
            continue;
        };
        let options = &map.distributed;
        options_belong_to_distributed_maps(map, errors);
        if let Some((_, count)) = &options.tolerated_count {
            counts_are_in_range(count, machine.workflow.function.is_some(), errors);
        }
        if let Some((_, percentage)) = &options.tolerated_percentage {
            percentages_are_in_range(percentage, errors);
        }
        if let Some(reader) = &options.reader {
            settings_are_valid(&reader.keyword, &reader.settings, errors);
        }
        if let Some(writer) = &options.writer {
            settings_are_valid(&writer.keyword, &writer.settings, errors);
        }
        if let Some(batch) = &options.batch {
            settings_are_valid(&batch.keyword, &batch.settings, errors);
            batches_have_a_limit(batch, errors);
        }
        items_have_one_source(&node.state, map, errors);
        batch_items_need_batches(map, errors);
        if map.children().is_some() {
            children_fail_with_one_error(machine.workflow.function.is_some(), node, errors);
        }
    }
}

/// An inline map has no options of Distributed Maps and no reader.
fn options_belong_to_distributed_maps(map: &Map, errors: &Errors) {
    if map.children().is_some() {
        return;
    }
    if let Some(keyword) = map.distributed.first_keyword() {
        errors.at(
            keyword.span(),
            format!(
                "`{keyword}` belongs to a Distributed Map: write `distributed;` in this map as well"
            ),
        );
    } else if let Some(run) = map.run.as_ref().filter(|run| run.list.is_none()) {
        errors.at(
            run.item.span(),
            "`in reader` belongs to a Distributed Map: write `distributed;` and a `reader \"arn\" { .. };` in this map, or \
             name a list of the workflow",
        );
    }
}

/// A count is not negative.
fn counts_are_in_range(count: &UserExpr, is_function: bool, errors: &Errors) {
    if is_negative(&count.syn) {
        let name = if is_function {
            "tolerate"
        } else {
            "tolerated_failures"
        };
        errors.on(&count.syn, format!("`{name}` must be 0 or more"));
    }
}

/// A percentage is from 0 to 100.
fn percentages_are_in_range(percentage: &UserExpr, errors: &Errors) {
    let value = match &percentage.syn {
        negative if is_negative(negative) => None,
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse::<f64>().ok(),
            Lit::Float(number) => number.base10_parse::<f64>().ok(),
            _ => None,
        },
        _ => return,
    };
    if !value.is_some_and(|value| PERCENTAGE.contains(&value)) {
        errors.on(
            &percentage.syn,
            "a percentage must be a number from 0 to 100",
        );
    }
}

/// Whether an expression is a negation: `-x`.
pub(super) fn is_negative(expression: &Expr) -> bool {
    matches!(expression, Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)))
}

/// The settings of a reader, a writer or a batch exist and have values that AWS accepts.
fn settings_are_valid(keyword: &Ident, settings: &[Setting], errors: &Errors) {
    let known = fields(keyword);
    let words = SettingWords {
        owner: match keyword.to_string().as_str() {
            "reader" => "`reader`",
            "writer" => "`writer`",
            _ => "`batch`",
        },
        ..WORDS
    };
    let texts: Vec<(String, String)> = settings.iter().map(name_and_word).collect();
    let given = settings.iter().zip(&texts);
    let given = given.map(|(setting, (name, word))| GivenSetting {
        name,
        value: match &setting.value {
            SettingValue::Word(_) => GivenValue::Word(word),
            SettingValue::Whole(number, _) => GivenValue::Whole(*number),
            SettingValue::Literal(Lit::Str(_)) => GivenValue::Text,
            SettingValue::Literal(_) => GivenValue::Other,
            SettingValue::List(..) => GivenValue::TextList,
        },
    });
    let given: Vec<GivenSetting<'_>> = given.collect();
    for (index, problem) in check_settings(known, &words, &given) {
        let setting = &settings[index];
        let span = match problem {
            SettingProblem::WrongValue(_) => setting.value.span(),
            _ => setting.name.span(),
        };
        let (message, help) = problem.message(known, &words, &given[index]);
        let mut diagnostic = Diagnostic::error(TokenRange::at(span), message);
        diagnostic.help = help;
        diagnostic.code = problem.code();
        errors.push(diagnostic);
    }
}

/// Returns the name of a setting and the word that is its value; the word is empty for other
/// values.
fn name_and_word(setting: &Setting) -> (String, String) {
    let word = match &setting.value {
        SettingValue::Word(word) => word.to_string(),
        _ => String::new(),
    };
    (setting.name.to_string(), word)
}

fn batches_have_a_limit(batch: &Batch, errors: &Errors) {
    if batch.settings.is_empty() {
        errors.at(
            batch.keyword.span(),
            "a batch needs a limit: `batch (max_items: 50);` or `batch (max_input_bytes: 100_000);`",
        );
    }
}

/// A map runs either over a list, or over the items of a `reader`, whose type is in the source.
fn items_have_one_source(state: &State, map: &Map, errors: &Errors) {
    let Some(run) = &map.run else {
        return;
    };
    let item = &run.item;
    match (&run.list, &map.distributed.reader) {
        (Some(_), Some(reader)) => errors.at(
            reader.keyword.span(),
            format!("`{}` runs over a list, so this reader is never used: write `for {item}: Type in reader`, or remove the reader", state.name),
        ),
        (None, None) if map.children().is_some() => errors.at(
            item.span(),
            "this map has no reader: add `reader \"arn:aws:states:::s3:getObject\" { Bucket: .., Key: .. };`",
        ),
        (None, _) if run.ty.is_none() => errors.at(
            item.span(),
            format!("the items of a reader need a type: write `for {item}: Type in reader`"),
        ),
        _ => {}
    }
}

/// Only the items of a map with `batch` have the type `Batch<Item>`.
fn batch_items_need_batches(map: &Map, errors: &Errors) {
    if map.distributed.batch.is_none()
        && let Some(run) = &map.run
        && let Some(Type::Path(path)) = &run.ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Batch"
        && run.list.is_none()
    {
        errors.at(
            last.ident.span(),
            "this map has no batches, but its item is a `Batch`: write `batch (max_items: 50);`, or use the type of one item",
        );
    }
}

/// For every error of an item, a Distributed Map fails with
/// `States.ExceedToleratedFailureThreshold`.
fn children_fail_with_one_error(is_function: bool, node: &StateNode, errors: &Errors) {
    let options = &node.state.options;
    if let Some(every) = &options.catch_every {
        errors.at(
            every.keyword.span(),
            "a Distributed Map never fails with the error of an item, so `catch { .. }` has no errors to name: write \
             `catch States::ExceedToleratedFailureThreshold => State;`",
        );
    }
    let retried = options.retries.iter().flat_map(|retry| &retry.errors);
    for pattern in retried
        .chain(node.catches().flatten())
        .filter(|pattern| pattern.is_own())
    {
        let message = if is_function {
            "`map_distributed` never fails with the error of an item: write `Err(_)`, or handle this error inside of the map"
        } else {
            "a Distributed Map never fails with the error of an item: name \
             `States::ExceedToleratedFailureThreshold`, or catch this error inside the map"
        };
        errors.at(pattern.span(), message);
    }
}
