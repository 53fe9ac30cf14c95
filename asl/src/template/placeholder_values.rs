//! The values that a template defines for the placeholders of its machines.

use super::definition::EmbeddedDefinition;
use super::find::machines;
use super::joined::PSEUDO_PARAMETERS;
use super::text::TemplateValue;
use crate::diagnostic::{Diagnostic, Severity};
use crate::json::{Document, Json, Position, align, escape};
use crate::placeholder::{self, Mismatch, mismatches};
use crate::similar::did_you_mean;

/// The values that a template defines for the placeholders of one of its machines.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlaceholderValues {
    /// The machine's logical id.
    pub machine: String,
    /// The location of its definition.
    pub definition: EmbeddedDefinition,
    /// The placeholders of a definition that is in the template itself and that need a value from
    /// `DefinitionSubstitutions`.
    pub uses: Vec<NameUse>,
    /// The keys of its `DefinitionSubstitutions`.
    given: Vec<NameUse>,
    /// Whether the template computes the keys, so that they are unknown.
    is_computed: bool,
    /// The position of `DefinitionSubstitutions`, or else of the machine.
    place: Position,
    /// Faults in variables of `Fn::Sub`.
    diagnostics: Vec<Diagnostic>,
}

/// A name and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameUse {
    /// The name.
    pub name: String,
    /// The position of its first occurrence.
    pub position: Position,
    /// A description of the value, for messages; empty if unknown.
    pub about: String,
}

impl NameUse {
    /// Creates a name at a position.
    pub fn new(name: impl Into<String>, position: Position) -> NameUse {
        NameUse {
            name: name.into(),
            position,
            about: String::new(),
        }
    }

    /// Adds a description of the value, for messages: `Lambda function ARN, used by Charge`.
    #[must_use]
    pub fn about(self, about: impl Into<String>) -> NameUse {
        NameUse {
            about: about.into(),
            ..self
        }
    }

    /// The placeholder in messages: `` `${ChargeArn}` (Lambda function ARN, used by Charge) ``.
    pub fn described(&self) -> String {
        let name = placeholder::text(&self.name);
        match self.about.as_str() {
            "" => format!("`{name}`"),
            about => format!("`{name}` ({about})"),
        }
    }
}

/// Returns the values that a template defines for the placeholders of each of its machines; `None`
/// if the file is not a template.
///
/// ```
/// use stepwright_asl::template::{read, supplies};
///
/// let template = read("template.yaml", r#"
/// Resources:
///   Orders:
///     Type: AWS::Serverless::StateMachine
///     Properties:
///       DefinitionSubstitutions:
///         ChargeCardARN: !GetAtt ChargeCard.Arn
///       Definition:
///         StartAt: Charge
///         States: {Charge: {Type: Task, Resource: "${ChargeCardArn}", End: true}}
/// "#)?;
/// let orders = &supplies(&template).expect("it is a template")[0];
/// let diagnostics = orders.check(&orders.uses);
/// assert_eq!((diagnostics[0].location.line, diagnostics[0].location.column), (7, 9));
/// assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `ChargeCardArn`?"));
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
pub fn supplies(file: &Document) -> Option<Vec<PlaceholderValues>> {
    // The output of `describe-state-machine` is not a template.
    let template = Template::of(file)?;
    let found = machines(file)?.into_iter().filter_map(|machine| {
        let pointer = format!("/Resources/{}", escape(&machine.name));
        let properties = format!("{pointer}/Properties");
        let substitutions = format!("{properties}/DefinitionSubstitutions");
        let place = file.key_position(&substitutions);
        let place = place.or_else(|| file.key_position(&pointer))?;
        let (given, is_computed) = match TemplateValue::at(file, &substitutions) {
            Some(one) if one.function().is_some() || one.json.as_object().is_none() => {
                (Vec::new(), true)
            }
            Some(one) => (keys(one), false),
            None => (Vec::new(), false),
        };
        let mut reader = DefinitionReader::of(&template, &given);
        for field in ["Definition", "DefinitionString"] {
            if let Some(place) = TemplateValue::at(file, &format!("{properties}/{field}")) {
                reader.read(place);
            }
        }
        let (uses, diagnostics) = (reader.uses, reader.diagnostics);
        // `Fn::Transform` inserts unknown keys.
        let is_computed = is_computed || given.iter().any(|key| key.name.starts_with("Fn::"));
        Some(PlaceholderValues {
            machine: machine.name,
            definition: machine.definition,
            uses,
            given,
            is_computed,
            place,
            diagnostics,
        })
    });
    Some(found.collect())
}

impl PlaceholderValues {
    /// Whether the template computes the substitutions, so that they are unknown before the
    /// deployment.
    pub fn is_computed(&self) -> bool {
        self.is_computed
    }

    /// Whether `DefinitionSubstitutions` has a value for this text between `${` and `}`. AWS
    /// replaces the keys literally, so `Charge.Arn` is one, too.
    pub fn defines(&self, name: &str) -> bool {
        self.given.iter().any(|key| key.name == name)
    }

    /// Checks the substitutions of a definition that uses these names. Returns the missing,
    /// misspelt and unused ones, in the order of the template. Lines and columns are those of the
    /// template.
    pub fn check(&self, uses: &[NameUse]) -> Vec<Diagnostic> {
        let wanted: Vec<&str> = uses.iter().map(|one| one.name.as_str()).collect();
        let given: Vec<&str> = self.given.iter().map(|one| one.name.as_str()).collect();
        let mut found = self.diagnostics.clone();
        if !self.is_computed {
            let mismatches = mismatches(&wanted, &given).into_iter();
            found.extend(mismatches.map(|one| self.diagnostic(one, uses)));
        }
        found.sort_by_key(|diagnostic| diagnostic.location.offset);
        found
    }

    fn diagnostic(&self, mismatch: Mismatch, uses: &[NameUse]) -> Diagnostic {
        let machine = &self.machine;
        let not_there = |given: usize| {
            let name = &self.given[given].name;
            format!("the definition of `{machine}` has no placeholder `${{{name}}}`")
        };
        match mismatch {
            Mismatch::Missing { wanted } => {
                let (name, described) = (&uses[wanted].name, uses[wanted].described());
                let message = format!(
                    "the definition of `{machine}` has {described}, but `DefinitionSubstitutions` has no value for it"
                );
                error(MISSING, message, self.place)
                    .with_help(format!("add `{name}` to its `DefinitionSubstitutions`"))
            }
            Mismatch::Misspelt { given, wanted } => {
                error(MISSPELT, not_there(given), self.given[given].position)
                    .with_help(format!("did you mean `{}`?", uses[wanted].name))
            }
            Mismatch::Unknown { given } => {
                // An unused key has no effect.
                Diagnostic::new(UNKNOWN, Severity::Warning, not_there(given))
                    .position(self.given[given].position)
                    .with_help("remove the key")
            }
        }
    }
}

/// A placeholder without a value.
const MISSING: &str = "missing";
/// A key similar to a placeholder without a value.
const MISSPELT: &str = "misspelt";
/// A key without a placeholder.
const UNKNOWN: &str = "unknown";

fn error(kind: &'static str, message: String, position: Position) -> Diagnostic {
    Diagnostic::new(kind, Severity::Error, message).position(position)
}

fn keys(place: TemplateValue<'_>) -> Vec<NameUse> {
    let count = place.json.as_object().map_or(0, |members| members.len());
    let keys = (0..count).filter_map(|index| place.member(index));
    keys.map(|(name, value)| {
        let offset = value.mark.key as usize;
        NameUse::new(name, place.document.position_at(offset))
    })
    .collect()
}

/// The names that `Fn::Sub` can use in a template.
struct Template<'d> {
    resources: Vec<&'d str>,
    parameters: Vec<&'d str>,
    /// Whether SAM generates resources that are not in the template.
    is_sam: bool,
}

impl<'d> Template<'d> {
    fn of(file: &'d Document) -> Option<Template<'d>> {
        let names = |section: &str| -> Option<Vec<&'d str>> {
            let members = file.json().get(section)?.as_object()?;
            Some(members.keys().map(|key| key.as_str()).collect())
        };
        Some(Template {
            resources: names("Resources")?,
            parameters: names("Parameters").unwrap_or_default(),
            is_sam: file.json().get("Transform").is_some(),
        })
    }

    /// Whether CloudFormation finds a value for a variable.
    fn has(&self, variable: &str) -> bool {
        let base = variable.split('.').next().unwrap_or_default();
        // `OrdersRole` of the function `Orders`, `ServerlessRestApi`.
        let is_made = || {
            self.is_sam
                && (base.starts_with("Serverless")
                    || self.resources.iter().any(|id| base.starts_with(id)))
        };
        self.resources.contains(&base)
            || self.parameters.contains(&variable)
            || PSEUDO_PARAMETERS.contains(&variable)
            || is_made()
    }

    fn known(&self) -> impl Iterator<Item = &'d str> {
        let resources = self.resources.iter().copied();
        resources.chain(self.parameters.iter().copied())
    }
}

/// Reads the strings of a definition.
struct DefinitionReader<'t, 'd> {
    template: &'t Template<'d>,
    /// The keys of `DefinitionSubstitutions`.
    given: &'t [NameUse],
    uses: Vec<NameUse>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t, 'd> DefinitionReader<'t, 'd> {
    fn of(template: &'t Template<'d>, given: &'t [NameUse]) -> DefinitionReader<'t, 'd> {
        DefinitionReader {
            template,
            given,
            uses: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn read(&mut self, place: TemplateValue<'_>) {
        if let Some((name, argument)) = place.function() {
            match name.as_str() {
                "Fn::Sub" => match argument.item(0) {
                    Some(text) => self.substituted(text, argument.item(1)),
                    None => self.substituted(argument, None),
                },
                "Fn::Join" => self.items(argument.item(1)),
                "Fn::ToJsonString" => self.read(argument),
                "Fn::If" => {
                    // The first item is the condition.
                    for value in [argument.item(1), argument.item(2)].into_iter().flatten() {
                        self.read(value);
                    }
                }
                _ => {}
            }
            return;
        }
        match place.json {
            Json::String(_) => match place.tag() {
                None => self.literal(place),
                Some("Sub") => self.substituted(place, None),
                Some(_) => {}
            },
            Json::Array(_) => self.items(Some(place)),
            Json::Object(members) => {
                for (_, value) in (0..members.len()).filter_map(|index| place.member(index)) {
                    self.read(value);
                }
            }
            _ => {}
        }
    }

    fn items(&mut self, place: Option<TemplateValue<'_>>) {
        let Some(place) = place else { return };
        let count = place.json.as_array().map_or(0, <[Json]>::len);
        for item in (0..count).filter_map(|index| place.item(index)) {
            self.read(item);
        }
    }

    /// Reads a string that the template does not change.
    fn literal(&mut self, place: TemplateValue<'_>) {
        for (at, name) in variables(place) {
            if self.is_key(name) {
                self.uses_name(name, at);
            }
        }
    }

    /// Whether `DefinitionSubstitutions` replaces a name: it has the name as a key, or the name
    /// cannot mean anything else.
    fn is_key(&self, name: &str) -> bool {
        placeholder::is_name(name) || self.given.iter().any(|key| key.name == name)
    }

    fn uses_name(&mut self, name: &str, at: Position) {
        if !self.uses.iter().any(|one| one.name == name) {
            self.uses.push(NameUse::new(name, at));
        }
    }

    /// Reads a string in which `Fn::Sub` replaces variables.
    fn substituted(&mut self, text: TemplateValue<'_>, map: Option<TemplateValue<'_>>) {
        let given = map.map(keys).unwrap_or_default();
        let mut used: Vec<&str> = Vec::new();
        for (at, variable) in variables(text) {
            // `${!Name}` becomes the literal `${Name}`.
            if let Some(name) = variable.strip_prefix('!') {
                if self.is_key(name) {
                    self.uses_name(name, at);
                }
                continue;
            }
            let name = variable.trim();
            used.push(name);
            let is_given = given.iter().any(|key| key.name == name);
            if is_given || self.template.has(name) {
                continue;
            }
            let message = format!(
                "`${{{name}}}` is not a resource, a parameter or a variable of this `Fn::Sub`"
            );
            let base = name.split('.').next().unwrap_or_default();
            let candidates = given
                .iter()
                .map(|key| key.name.as_str())
                .chain(self.template.known());
            let mut diagnostic = error(UNKNOWN, message, at);
            let mend = did_you_mean(base, candidates);
            if mend.is_some() {
                diagnostic.code = Some(MISSPELT);
            }
            let mend = mend.unwrap_or_else(|| {
                format!(
                    "give `{name}` a value in the variable map of `Fn::Sub`, or make it a parameter"
                )
            });
            self.diagnostics.push(diagnostic.with_help(mend));
        }
        for key in given
            .iter()
            .filter(|key| !used.contains(&key.name.as_str()))
        {
            let message = format!(
                "the string of this `Fn::Sub` does not contain `${{{}}}`",
                key.name
            );
            let diagnostic = error(UNKNOWN, message, key.position);
            let is_open = |name: &&&str| {
                !given.iter().any(|key| key.name == **name) && !self.template.has(name)
            };
            let mend = did_you_mean(&key.name, used.iter().filter(is_open).copied());
            self.diagnostics
                .push(diagnostic.with_help(mend.unwrap_or("remove the variable".to_owned())));
        }
    }
}

/// The names between `${` and `}` in a string of the template, with their positions.
fn variables<'d>(place: TemplateValue<'d>) -> Vec<(Position, &'d str)> {
    let text = place.json.as_str().unwrap_or_default();
    let document = place.document;
    let start = place.mark.start as usize;
    let offsets = align(document.source(), start, text);
    let found = text.match_indices("${").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let name = &rest[..rest.find('}')?];
        let offset = offsets.as_ref().and_then(|offsets| offsets.get(at));
        let offset = offset.map_or(start, |offset| *offset as usize);
        (!name.is_empty()).then(|| (document.position_at(offset), name))
    });
    found.collect()
}
