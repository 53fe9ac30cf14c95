//! The HTML of a form.

use maud::{Markup, html};
use serde_json::Value as Json;

use super::field::{Field, FieldKind, MomentKind, Variant};
use super::names::{InputKind, InputName};
use crate::console::form::zone_field::ZoneField;

/// Writes the inputs of one form.
pub(super) struct FormWriter<'t> {
    target: &'t str,
    /// The number of groups of variants so far.
    groups: usize,
}

impl<'t> FormWriter<'t> {
    pub(super) fn new(target: &'t str) -> Self {
        Self { target, groups: 0 }
    }

    /// Writes the inputs of the whole value.
    pub(super) fn root(&mut self, field: &Field, value: Option<&Json>) -> Markup {
        html! {
            div class="fields" {
                @match &field.kind {
                    FieldKind::Object(fields) => {
                        (self.hidden(InputKind::Object, "", field, ""))
                        (self.members(fields, value, ""))
                    },
                    _ => (self.field(field, "Value", value, "")),
                }
            }
        }
    }

    fn members(&mut self, fields: &[Field], value: Option<&Json>, conditions: &str) -> Markup {
        html! {
            @for field in fields {
                @let value = value.and_then(|value| value.get(&field.name));
                (self.field(field, &field.name, value, conditions))
            }
        }
    }

    fn field(
        &mut self,
        field: &Field,
        label: &str,
        value: Option<&Json>,
        conditions: &str,
    ) -> Markup {
        // A value that the field cannot show has its place in the JSON only.
        let is_object = matches!(field.kind, FieldKind::Object(_));
        let value = value.filter(|value| !value.is_null() && (is_object || field.shows(value)));
        let value = value.or(field.default.as_ref());
        match &field.kind {
            FieldKind::Constant(constant) => {
                self.hidden(InputKind::Json, &constant.to_string(), field, conditions)
            }
            FieldKind::Object(fields) => self.object(field, label, fields, value, conditions),
            FieldKind::Variants(variants) => {
                self.variants(field, label, variants, value, conditions)
            }
            _ => self.simple(field, label, value, conditions),
        }
    }

    /// Writes an object: always, or with a box that adds it.
    fn object(
        &mut self,
        field: &Field,
        label: &str,
        fields: &[Field],
        value: Option<&Json>,
        conditions: &str,
    ) -> Markup {
        if field.is_required && !field.is_nullable {
            return html! {
                fieldset {
                    legend { (label) }
                    (description(field))
                    (self.hidden(InputKind::Object, "", field, conditions))
                    (self.members(fields, value, conditions))
                }
            };
        }
        let group = self.group();
        let inner = with_condition(conditions, group, 0);
        html! {
            fieldset class="variant" {
                legend {
                    label { input type="checkbox" name=(self.choice(group, conditions)) value="0" checked[value.is_some()]; " " (label) }
                }
                (self.absent(field, conditions))
                div class="variant-fields" {
                    (description(field))
                    (self.hidden(InputKind::Object, "", field, &inner))
                    (self.members(fields, value, &inner))
                }
            }
        }
    }

    /// Writes the variants of an enum, of which one is chosen. The style sheet hides the inputs of
    /// the others.
    fn variants(
        &mut self,
        field: &Field,
        label: &str,
        variants: &[Variant],
        value: Option<&Json>,
        conditions: &str,
    ) -> Markup {
        let group = self.group();
        let name = self.choice(group, conditions);
        let is_optional = !field.is_required || field.is_nullable;
        let shown = variants.iter();
        let shown =
            value.and_then(|value| shown.into_iter().position(|one| one.field.shows(value)));
        let chosen = shown.or((!is_optional).then_some(0));
        html! {
            fieldset {
                legend { (label) }
                (description(field))
                (self.absent(field, conditions))
                @if is_optional {
                    label class="option" { input type="radio" name=(name) value="none" checked[chosen.is_none()]; " none" }
                }
                @for (index, variant) in variants.iter().enumerate() {
                    @let inner = with_condition(conditions, group, index);
                    @let value = value.filter(|_| chosen == Some(index));
                    div class="variant" {
                        label class="option" { input type="radio" name=(name) value=(index) checked[chosen == Some(index)]; " " (variant.label) }
                        div class="variant-fields" {
                            (description(&variant.field))
                            @match &variant.field.kind {
                                FieldKind::Object(fields) => {
                                    (self.hidden(InputKind::Object, "", &variant.field, &inner))
                                    (self.members(fields, value, &inner))
                                },
                                _ => (self.field(&variant.field, &variant.label, value, &inner)),
                            }
                        }
                    }
                }
            }
        }
    }

    /// Writes an input for one value.
    fn simple(
        &mut self,
        field: &Field,
        label: &str,
        value: Option<&Json>,
        conditions: &str,
    ) -> Markup {
        let is_optional = !field.is_required || field.is_nullable;
        // Browsers would demand the fields of all variants.
        let is_demanded = !is_optional && conditions.is_empty();
        let text = value.and_then(Json::as_str);
        let json = value.map(Json::to_string).unwrap_or_default();
        let name = |kind| self.name(kind, is_optional, field, conditions);
        let is_without_zone = field.kind == FieldKind::Moment(MomentKind::Utc)
            && text.is_none_or(|text| MomentKind::Utc.shown(text).is_some());
        let input = match &field.kind {
            FieldKind::Text { .. } if text.is_some_and(|text| text.contains('\n')) => html! {
                textarea name=(name(InputKind::Text)) rows="4" data-text { (text.unwrap_or_default()) }
            },
            FieldKind::Text { example } => html! {
                input name=(name(InputKind::Text)) value=(text.unwrap_or_default()) placeholder=[*example] autocomplete="off";
            },
            FieldKind::Moment(kind) => self.moment(field, *kind, text, is_optional, conditions),
            FieldKind::Number {
                is_integer,
                minimum,
                maximum,
            } => html! {
                input type="number" name=(name(InputKind::Number)) value=(json) step=(if *is_integer { "1" } else { "any" }) min=[minimum] max=[maximum] required[is_demanded];
            },
            FieldKind::Boolean if !is_optional => {
                return html! {
                    (self.hidden(InputKind::Json, "false", field, conditions))
                    label class="option" { input type="checkbox" name=(self.name(InputKind::Json, false, field, conditions)) value="true" checked[json == "true"]; " " (label) (mark(field)) }
                    (description(field))
                };
            }
            FieldKind::Boolean => {
                let options = [Json::from(true), Json::from(false)];
                select(&name(InputKind::Json), &options, &json, true)
            }
            FieldKind::Choice(options) => {
                select(&name(InputKind::Json), options, &json, is_optional)
            }
            FieldKind::Json(example) => {
                let pretty = value.map(|value| format!("{value:#}"));
                let example = example.as_ref().map(|example| format!("{example:#}"));
                let empty = if is_optional { "" } else { "null" };
                // A list that must be there is empty at first.
                let first = match &field.kind {
                    FieldKind::Json(Some(Json::Array(_))) if !is_optional => "[]",
                    FieldKind::Json(Some(Json::Object(_))) if !is_optional => "{}",
                    _ => empty,
                };
                html! {
                    textarea name=(name(InputKind::Json)) rows="3" spellcheck="false" placeholder=[&example] required[is_demanded] { (pretty.as_deref().unwrap_or(first)) }
                    @if let Some(example) = example.filter(|example| example.len() > 2) {
                        span class="hint" { "as JSON, for example " code { (example) } }
                    } @else {
                        span class="hint" { "as JSON" }
                    }
                }
            }
            FieldKind::Constant(_) | FieldKind::Object(_) | FieldKind::Variants(_) => html! {},
        };
        html! {
            (self.absent(field, conditions))
            label { (label) (mark(field)) (input) }
            @if is_without_zone {
                @let name = self.name(InputKind::Zone, is_optional, field, conditions);
                (ZoneField::default().select(&name, Some(&format!("Time zone of {label}")), text.is_none()))
            }
            (description(field))
        }
    }

    fn moment(
        &self,
        field: &Field,
        kind: MomentKind,
        text: Option<&str>,
        is_optional: bool,
        conditions: &str,
    ) -> Markup {
        let is_demanded = !is_optional && conditions.is_empty();
        let shown = text.map(|text| kind.shown(text).ok_or(text));
        let input = match kind {
            MomentKind::Utc => InputKind::Utc,
            MomentKind::Local | MomentKind::Time => InputKind::Time,
            MomentKind::Date => InputKind::Text,
        };
        let name = |kind| self.name(kind, is_optional, field, conditions);
        html! {
            @match shown {
                // An offset, or a part of a second, which the input for times cannot show.
                Some(Err(text)) => input name=(name(InputKind::Text)) value=(text) autocomplete="off";,
                shown => {
                    @let value = shown.and_then(Result::ok).unwrap_or_default();
                    @let step = (kind != MomentKind::Date).then_some("1");
                    input type=(kind.input_type()) name=(name(input)) value=(value) step=[step] required[is_demanded];
                },
            }
        }
    }

    /// Writes the value of a required field that is not entered: `null`.
    fn absent(&self, field: &Field, conditions: &str) -> Markup {
        if field.is_required && field.is_nullable {
            self.hidden(InputKind::Json, "null", field, conditions)
        } else {
            html! {}
        }
    }

    fn hidden(&self, kind: InputKind, value: &str, field: &Field, conditions: &str) -> Markup {
        html! { input type="hidden" name=(self.name(kind, false, field, conditions)) value=(value); }
    }

    fn name(&self, kind: InputKind, is_optional: bool, field: &Field, conditions: &str) -> String {
        let name = InputName {
            target: self.target,
            kind,
            is_optional,
            conditions,
            pointer: &field.pointer,
        };
        name.to_text()
    }

    /// Returns the name of the inputs that choose a variant.
    fn choice(&self, group: usize, conditions: &str) -> String {
        let name = InputName {
            target: self.target,
            kind: InputKind::Choose,
            is_optional: false,
            conditions,
            pointer: &group.to_string(),
        };
        name.to_text()
    }

    fn group(&mut self) -> usize {
        self.groups += 1;
        self.groups
    }
}

fn with_condition(conditions: &str, group: usize, index: usize) -> String {
    let dot = if conditions.is_empty() { "" } else { "." };
    format!("{conditions}{dot}{group}={index}")
}

/// Marks a field that may stay empty.
fn mark(field: &Field) -> Markup {
    html! { @if !field.is_required || field.is_nullable { " " span class="hint" { "optional" } } }
}

fn description(field: &Field) -> Markup {
    html! { @if let Some(text) = &field.description { p class="hint" { (text) } } }
}

/// Writes a list of constants, whose values are JSON.
fn select(name: &str, options: &[Json], chosen: &str, is_optional: bool) -> Markup {
    let shown = |option: &Json| {
        let text = option.as_str().map(str::to_owned);
        text.unwrap_or_else(|| option.to_string())
    };
    html! {
        select name=(name) {
            @if is_optional { option value="" { "" } }
            @for option in options {
                @let value = option.to_string();
                option value=(value) selected[value == chosen] { (shown(option)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::console::form::schema_form::SchemaForm;

    #[test]
    fn a_time_has_a_list_for_its_zone_unless_its_text_has_an_offset() {
        let schema = json!({"type": "object", "required": ["at"],
            "properties": {"at": {"type": "string", "format": "date-time"}}});
        let form = SchemaForm::of(&schema).expect("it has a field");
        let shown = |value: Option<Json>| form.render("input", value.as_ref()).into_string();
        let empty = shown(None);
        assert!(empty.contains("<input type=\"datetime-local\" name=\"input.utc:/at\""));
        let list = "<select name=\"input.zone:/at\" aria-label=\"Time zone of at\" data-zones=\"";
        assert!(empty.contains(&format!("{list}own\"")), "{empty}");
        let utc = shown(Some(json!({"at": "2026-01-31T12:00:00Z"})));
        assert!(utc.contains(&format!("{list}\"")), "{utc}");
        let offset = shown(Some(json!({"at": "2026-01-31T12:00:00+01:00"})));
        assert!(
            offset.contains("+01:00") && !offset.contains("<select"),
            "{offset}"
        );
    }
}
