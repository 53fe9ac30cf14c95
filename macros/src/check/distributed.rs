//! The options of Distributed Maps.

use super::machine::Machine;
use super::retry::predefined;
use crate::errors::Errors;
use crate::suggest::{closest, did_you_mean};
use crate::syntax::{
    Access, Batch, DistributedOption, ErrorPattern, Kind, Map, Setting, SettingValue, State,
    StateOption, Tolerance,
};
use proc_macro2::Ident;
use std::collections::HashSet;
use stepwright_asl::facts::{self, BATCH, PERCENTAGE, READER, Takes, WRITER};
use stepwright_asl::name::check_label;
use syn::{Expr, Lit, Type};

/// The field in ASL of a reader's, writer's or batch's setting.
pub(crate) fn field(keyword: &Ident, word: &Ident) -> Option<&'static str> {
    fields(keyword)
        .iter()
        .find(|field| word == field.word)
        .map(|field| field.field)
}

fn fields(keyword: &Ident) -> &'static [facts::Setting] {
    match keyword.to_string().as_str() {
        "reader" => READER,
        "writer" => WRITER,
        _ => BATCH,
    }
}

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        let Kind::Map(map) = &node.state.kind else {
            continue;
        };
        options_are_given_once(node.state, map, errors);
        options_need_distributed(map, errors);
        for option in &map.options {
            match option {
                DistributedOption::Distributed(_, Some(kind)) => kinds_exist(kind, errors),
                DistributedOption::Distributed(_, None) => {}
                DistributedOption::Label(_, label) => {
                    if let Err(error) = check_label(&label.value()) {
                        errors.at(
                            label.span(),
                            format!("`{}` cannot be a label: {error}", label.value()),
                        );
                    }
                }
                DistributedOption::Tolerated(_, tolerance) => {
                    tolerance_is_in_range(tolerance, errors)
                }
                DistributedOption::Reader(access) => {
                    settings_fit(&access.keyword, &access.settings, errors);
                }
                DistributedOption::Writer(access) => {
                    settings_fit(&access.keyword, &access.settings, errors);
                    writers_say_what_is_needed(access, errors);
                }
                DistributedOption::Batch(batch) => {
                    settings_fit(&batch.keyword, &batch.settings, errors);
                    batches_have_a_limit(batch, errors);
                }
            }
        }
        headers_are_given(map, errors);
        items_come_from_one_place(node.state, map, errors);
        batches_are_batches(map, errors);
        if map.children().is_some() {
            children_fail_in_one_way(node.state, errors);
        }
    }
}

fn options_are_given_once(state: &State, map: &Map, errors: &Errors) {
    let mut seen = HashSet::new();
    for option in &map.options {
        let keyword = option.keyword();
        // A count and a percentage may stand beside each other.
        let key = match option {
            DistributedOption::Tolerated(_, Tolerance::Percentage(_)) => "percentage".to_owned(),
            _ => keyword.to_string(),
        };
        if !seen.insert(key) {
            errors.at(
                keyword.span(),
                format!("`{keyword}` is given twice in `{}`", state.name),
            );
        }
    }
}

/// An inline map has a list, results in its result, and children that are no executions.
fn options_need_distributed(map: &Map, errors: &Errors) {
    if map.children().is_some() {
        return;
    }
    if let Some(first) = map.options.first() {
        let keyword = first.keyword();
        errors.at(
            keyword.span(),
            format!(
                "`{keyword}` belongs to a Distributed Map: write `distributed;` in this map as well"
            ),
        );
    } else if let Some(run) = map.runs.iter().find(|run| run.list.is_none()) {
        errors.at(
            run.item.span(),
            "`in reader` belongs to a Distributed Map: write `distributed;` and a `reader \"arn\" { .. };` in this map, or \
             name a list of the workflow",
        );
    }
}

fn kinds_exist(kind: &Ident, errors: &Errors) {
    if kind != "standard" && kind != "express" {
        let found = kind.to_string();
        errors.at(
            kind.span(),
            format!(
                "the children of a Distributed Map are `standard` or `express`{}",
                did_you_mean(&found, ["standard", "express"].into_iter())
            ),
        );
    }
}

/// A count is not negative; a percentage is from 0 to 100.
fn tolerance_is_in_range(tolerance: &Tolerance, errors: &Errors) {
    match tolerance {
        Tolerance::Count(count) => {
            if let Expr::Unary(unary) = &count.syn
                && matches!(unary.op, syn::UnOp::Neg(_))
            {
                errors.on(&count.syn, "`tolerated_failures` is 0 or more");
            }
        }
        Tolerance::Percentage(percentage) => {
            let number = match &percentage.syn {
                Expr::Lit(literal) => &literal.lit,
                Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
                    return errors.on(&percentage.syn, "a percentage is a number from 0 to 100");
                }
                _ => return,
            };
            let value = match number {
                Lit::Int(number) => number.base10_parse::<f64>().ok(),
                Lit::Float(number) => number.base10_parse::<f64>().ok(),
                _ => None,
            };
            if !value.is_some_and(|value| PERCENTAGE.contains(&value)) {
                errors.at(number.span(), "a percentage is a number from 0 to 100");
            }
        }
    }
}

/// Settings are those that ASL has, set to what AWS takes.
fn settings_fit(keyword: &Ident, settings: &[Setting], errors: &Errors) {
    let known = fields(keyword);
    let mut seen = HashSet::new();
    for setting in settings {
        let name = setting.name.to_string();
        if !seen.insert(name.clone()) {
            errors.at(setting.name.span(), format!("`{name}` is given twice"));
        }
        let Some(field) = known.iter().find(|field| field.word == name) else {
            let words: Vec<&str> = known.iter().map(|field| field.word).collect();
            let hint = match closest(&name, words.iter().copied()) {
                Some(close) => format!("; did you mean `{close}`?"),
                None => format!(": there are `{}`", words.join("`, `")),
            };
            errors.at(
                setting.name.span(),
                format!("`{name}` is no setting of a `{keyword}`{hint}"),
            );
            continue;
        };
        let span = setting.value.span();
        match (&field.takes, &setting.value) {
            (Takes::Word(words), SettingValue::Word(word)) => {
                let found = word.to_string();
                if !words.contains(&found.as_str()) {
                    errors.at(
                        span,
                        format!(
                            "`{name}` is one of `{}`{}",
                            words.join("`, `"),
                            did_you_mean(&found, words.iter().copied())
                        ),
                    );
                }
            }
            (Takes::Word(words), _) => {
                errors.at(span, format!("`{name}` is one of `{}`", words.join("`, `")));
            }
            (Takes::Number(least, most), SettingValue::Whole(number, _)) => match most {
                Some(most) if !(*least..=*most).contains(number) => {
                    errors.at(span, format!("`{name}` is from {least} to {most}"));
                }
                None if number < least => {
                    errors.at(span, format!("`{name}` is at least {least}"));
                }
                _ => {}
            },
            (Takes::Number(..), _) => errors.at(span, format!("`{name}` is a whole number")),
            (Takes::Text, SettingValue::Literal(Lit::Str(_))) => {}
            (Takes::Text, _) => errors.at(span, format!("`{name}` is text in quotes")),
            (Takes::List, SettingValue::List(..)) => {}
            (Takes::List, _) => {
                errors.at(span, format!("`{name}` is a list: `[\"id\", \"name\"]`"))
            }
        }
    }
}

/// What AWS asks for in a writer's settings is there, where there are settings.
fn writers_say_what_is_needed(writer: &Access, errors: &Errors) {
    let Some(first) = writer.settings.first() else {
        return;
    };
    for needed in WRITER.iter().filter(|field| field.required) {
        let is_there = writer.settings.iter().any(|one| one.name == needed.word);
        if !is_there && WRITER.iter().any(|field| first.name == field.word) {
            errors.at(
                first.name.span(),
                format!("AWS asks for `{}` beside `{}`", needed.word, first.name),
            );
        }
    }
}

fn batches_have_a_limit(batch: &Batch, errors: &Errors) {
    if batch.settings.is_empty() {
        errors.at(
            batch.keyword.span(),
            "a batch needs a limit: `batch (max_items: 50);` or `batch (max_input_bytes: 100_000);`",
        );
    }
}

/// `GIVEN` headers are given, and those of the first row are not.
fn headers_are_given(map: &Map, errors: &Errors) {
    for option in &map.options {
        let DistributedOption::Reader(Access { settings, .. }) = option else {
            continue;
        };
        let find = |name: &str| settings.iter().find(|setting| setting.name == name);
        let given = find("csv_header_location").filter(
            |setting| matches!(&setting.value, SettingValue::Word(word) if word == "GIVEN"),
        );
        match (given, find("csv_headers")) {
            (Some(given), None) => errors.at(
                given.name.span(),
                "headers that are given are listed: `csv_headers: [\"id\", \"name\"]`",
            ),
            (None, Some(headers)) => errors.at(
                headers.name.span(),
                "headers are listed where they are given: `csv_header_location: GIVEN`",
            ),
            _ => {}
        }
    }
}

/// A map with a `reader` runs over what it reads, and says of what type that is.
fn items_come_from_one_place(state: &State, map: &Map, errors: &Errors) {
    let reader = map.options.iter().find_map(|option| match option {
        DistributedOption::Reader(reader) => Some(reader),
        _ => None,
    });
    for run in &map.runs {
        match (&run.list, reader) {
            (Some(_), Some(reader)) => errors.at(
                reader.keyword.span(),
                format!("`{}` runs over a list and never reads this: `for {}: Type in reader`", state.name, run.item),
            ),
            (None, None) if map.children().is_some() => errors.at(
                run.item.span(),
                "this map reads nothing: add `reader \"arn:aws:states:::s3:getObject\" { Bucket: .., Key: .. };`",
            ),
            (None, _) if run.ty.is_none() => {
                let item = &run.item;
                errors.at(
                    item.span(),
                    format!("what a reader reads needs a type: `for {item}: Type in reader`"),
                );
            }
            _ => {}
        }
    }
}

/// `Batch<Item>` is what a map with `batch` hands out, and nobody else.
fn batches_are_batches(map: &Map, errors: &Errors) {
    if map.batch().is_some() {
        return;
    }
    for run in &map.runs {
        if let Some(Type::Path(path)) = &run.ty
            && let Some(last) = path.path.segments.last()
            && last.ident == "Batch"
            && run.list.is_none()
        {
            errors.at(
                last.ident.span(),
                "this map hands out single items: write `batch (max_items: 50);`, or name the type of one item",
            );
        }
    }
}

/// Whatever an item fails with, the map fails with `States.ExceedToleratedFailureThreshold`.
fn children_fail_in_one_way(state: &State, errors: &Errors) {
    for option in &state.options {
        let patterns: &[ErrorPattern] = match option {
            StateOption::Retry(retry) => &retry.errors,
            StateOption::Catch(_, catch) => &catch.errors,
            StateOption::CatchEvery(every) => {
                errors.at(
                    every.keyword.span(),
                    "a Distributed Map never fails with the error of an item, so there is nothing to name all of: write \
                     `catch States::ExceedToleratedFailureThreshold => State;`",
                );
                continue;
            }
            _ => continue,
        };
        for pattern in patterns {
            if pattern.path().is_some() && predefined(pattern).is_none() {
                errors.at(
                    pattern.span(),
                    "a Distributed Map never fails with the error of an item: name \
                     `States::ExceedToleratedFailureThreshold`, or catch this inside",
                );
            }
        }
    }
}
