//! CloudFormation's intrinsic functions, except references and conditions.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use stepwright_asl::json::Json;

use super::evaluator::{Evaluated, Evaluator, Reported, scalar_text};
use super::node::TemplateNode;

/// The functions that are evaluated, for messages.
const FUNCTIONS: [&str; 14] = [
    "Ref",
    "Fn::Base64",
    "Fn::FindInMap",
    "Fn::GetAtt",
    "Fn::GetAZs",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Condition",
];

impl<'t> Evaluator<'t> {
    /// Evaluates a function with its argument.
    pub(super) fn function(
        &self,
        node: &TemplateNode<'t>,
        function: &str,
        argument: &TemplateNode<'t>,
    ) -> Evaluated {
        let text = match function {
            "Ref" => return self.reference(argument),
            "Fn::GetAtt" => return self.attribute(argument),
            "Fn::If" => return self.choice(argument),
            "Fn::FindInMap" => return self.find_in_map(argument),
            "Fn::ImportValue" => return self.import_value(argument),
            "Fn::Select" => return self.select(argument).map(Some),
            "Fn::Split" => return self.split(argument).map(Some),
            "Fn::GetAZs" => return self.zones(argument).map(Some),
            "Fn::Length" => return self.length(argument).map(Some),
            "Fn::Join" => self.join(argument)?,
            "Fn::Sub" => self.sub(argument)?,
            "Fn::Base64" => BASE64_STANDARD.encode(self.text(argument)?),
            "Fn::ToJsonString" => self.json_string(argument)?,
            _ => return Err(self.unknown_function(node, function)),
        };
        self.spend(argument, text.len())?;
        Ok(Some(Json::from(text)))
    }

    fn unknown_function(&self, node: &TemplateNode<'t>, function: &str) -> Reported {
        let is_condition = ["Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"].contains(&function);
        let name = function.strip_prefix("Fn::").unwrap_or(function);
        let nearest = stepwright_asl::similar::nearest(function, FUNCTIONS)
            .filter(|nearest| *nearest != function);
        let help = match nearest {
            _ if is_condition => {
                "name a condition in `Conditions`, and choose with `Fn::If`".to_owned()
            }
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!(
                "write the value that `{name}` has on AWS, or choose it with `Fn::If` or a parameter"
            ),
        };
        self.report(
            node,
            format_args!("`{function}` is not evaluated here"),
            help,
        )
    }

    /// Reports an argument with the wrong form.
    pub(super) fn wrong_argument(&self, node: &TemplateNode<'t>, example: &str) -> Reported {
        let name = example
            .trim_start_matches('!')
            .split(' ')
            .next()
            .unwrap_or_default();
        let prefix = if name == "Ref" || name == "Condition" {
            ""
        } else {
            "Fn::"
        };
        self.report(
            node,
            format_args!("the argument of `{prefix}{name}` has the wrong form"),
            format!("write it as in `{example}`"),
        )
    }

    /// The items of an argument that is a list of this length.
    pub(super) fn arguments<const N: usize>(
        &self,
        argument: &TemplateNode<'t>,
        example: &str,
    ) -> Result<[TemplateNode<'t>; N], Reported> {
        let items: Vec<_> = argument.items().collect();
        items
            .try_into()
            .map_err(|_| self.wrong_argument(argument, example))
    }

    fn join(&self, argument: &TemplateNode<'t>) -> Result<String, Reported> {
        let [delimiter, list] = self.arguments(argument, "!Join [\"-\", [a, b]]")?;
        let delimiter = self.text(&delimiter)?;
        let texts: Result<Vec<String>, Reported> = self
            .list(&list)?
            .iter()
            .map(|item| self.as_text(&list, item))
            .collect();
        let texts = texts?;
        let delimiters = delimiter.len().saturating_mul(texts.len());
        // Counted before the text is made.
        self.spend(&list, delimiters)?;
        Ok(texts.join(&delimiter))
    }

    fn split(&self, argument: &TemplateNode<'t>) -> Result<Json, Reported> {
        let [delimiter, text] = self.arguments(argument, "!Split [\"-\", a-b]")?;
        let delimiter = self.text(&delimiter)?;
        if delimiter.is_empty() {
            return Err(self.report(
                argument,
                "the delimiter of `Fn::Split` is empty",
                "write a delimiter, such as `\",\"`",
            ));
        }
        let text = self.text(&text)?;
        let parts: Vec<&str> = text.split(&delimiter).collect();
        self.spend(argument, parts.len().saturating_mul(8))?;
        Ok(parts.into_iter().collect())
    }

    fn select(&self, argument: &TemplateNode<'t>) -> Result<Json, Reported> {
        let [index, list] = self.arguments(argument, "!Select [0, [a, b]]")?;
        let text = self.text(&index)?;
        let items = self.list(&list)?;
        let found = text
            .trim()
            .parse()
            .ok()
            .and_then(|index: usize| items.get(index).cloned());
        found.ok_or_else(|| {
            self.report(
                &index,
                format_args!(
                    "there is no item `{text}` in a list of length {}",
                    items.len()
                ),
                "write an index; the first item has the index 0",
            )
        })
    }

    fn length(&self, argument: &TemplateNode<'t>) -> Result<Json, Reported> {
        Ok(Json::from(self.list(argument)?.len()))
    }

    fn zones(&self, argument: &TemplateNode<'t>) -> Result<Json, Reported> {
        let region = self.text(argument)?;
        let region = match region.as_str() {
            "" => self.inputs.region.as_str(),
            region => region,
        };
        Ok(["a", "b", "c"]
            .iter()
            .map(|zone| format!("{region}{zone}"))
            .collect())
    }

    fn json_string(&self, argument: &TemplateNode<'t>) -> Result<String, Reported> {
        match self.evaluate(argument)? {
            Some(json) if matches!(json, Json::Array(_) | Json::Object(_)) => Ok(json.to_string()),
            _ => Err(self.report(
                argument,
                "`Fn::ToJsonString` needs an object or a list",
                "write an object",
            )),
        }
    }

    fn find_in_map(&self, argument: &TemplateNode<'t>) -> Evaluated {
        let items: Vec<_> = argument.items().collect();
        let (names, default) = match items.as_slice() {
            [map, top, second] => ([map, top, second], None),
            [map, top, second, default] => ([map, top, second], default.member("DefaultValue")),
            _ => {
                return Err(self.wrong_argument(argument, "!FindInMap [Map, TopKey, SecondKey]"));
            }
        };
        let [map, top, second] = names.map(|name| self.text(name));
        let (map, top, second) = (map?, top?, second?);
        let template = self.template(argument);
        let maps = template.section("Mappings");
        let found = maps.and_then(|maps| {
            let (map, _) = maps.get_key_value(&map)?;
            let node = self.node(argument.template, &["Mappings", map], argument.depth)?;
            let (top, _) = node.json.as_object()?.get_key_value(&top)?;
            let node = node.member(top)?;
            let (second, _) = node.json.as_object()?.get_key_value(&second)?;
            node.member(second)
        });
        match (found, default) {
            (Some(found), _) => self.evaluate(&found),
            (None, Some(default)) => self.evaluate(&default),
            (None, None) => Err(self.report(
                argument,
                format_args!("`Mappings` has no `{map}.{top}.{second}`"),
                "add the keys to `Mappings`, or a `DefaultValue`",
            )),
        }
    }

    fn sub(&self, argument: &TemplateNode<'t>) -> Result<String, Reported> {
        let example = "!Sub [\"${Name}-x\", {Name: !Ref Queue}]";
        let (text, variables) = match argument.json {
            Json::Array(_) => {
                let [text, variables] = self.arguments(argument, example)?;
                (text, Some(variables))
            }
            _ => (argument.clone(), None),
        };
        let Json::String(format) = text.json else {
            return Err(self.wrong_argument(&text, example));
        };
        let mut result = String::new();
        let mut failed = None;
        for part in sub_parts(format) {
            let value = match part {
                SubPart::Literal(literal) => {
                    result.push_str(literal);
                    continue;
                }
                SubPart::Variable(name) => self.sub_variable(&text, variables.as_ref(), name),
            };
            match value.and_then(|value| {
                self.spend(&text, value.len())?;
                Ok(value)
            }) {
                Ok(value) => result.push_str(&value),
                Err(reported) => failed = Some(reported),
            }
        }
        match failed {
            Some(reported) => Err(reported),
            None => self.literal(&text, &result),
        }
    }

    fn sub_variable(
        &self,
        text: &TemplateNode<'t>,
        variables: Option<&TemplateNode<'t>>,
        name: &'t str,
    ) -> Result<String, Reported> {
        if let Some(variable) = variables.and_then(|variables| variables.member(name)) {
            return self.text(&variable);
        }
        let is_allowed =
            |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | ':');
        if !name.chars().all(is_allowed) {
            return Err(self.report(
                text,
                format_args!("`${{{name}}}` is not a variable of `Fn::Sub`"),
                format!("write `${{!{name}}}` for the text `${{{name}}}`"),
            ));
        }
        let value = match name.split_once('.') {
            Some((id, attribute)) => self.attribute_of(text, id, attribute)?,
            None => self.reference_to(text, name)?,
        };
        let value = value.as_ref().and_then(scalar_text);
        value.ok_or_else(|| {
            self.report(
                text,
                format_args!("the value of `${{{name}}}` is not a string"),
                "`Fn::Join` makes a string of a list",
            )
        })
    }
}

/// A part of the text of `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
enum SubPart<'s> {
    Literal(&'s str),
    Variable(&'s str),
}

/// The parts of a text. `${!Name}` is the text `${Name}`, and an unclosed `${` is a text, too.
fn sub_parts(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let inside = &rest[start + 2..];
        let Some(end) = inside.find('}') else {
            break;
        };
        let name = &inside[..end];
        match name.strip_prefix('!') {
            Some(_) => {
                parts.push(SubPart::Literal(&rest[..start + 2]));
                parts.push(SubPart::Literal(&inside[1..=end]));
            }
            None if name.trim().is_empty() => {
                parts.push(SubPart::Literal(&rest[..start + 3 + end]));
            }
            None => {
                parts.push(SubPart::Literal(&rest[..start]));
                parts.push(SubPart::Variable(name.trim()));
            }
        }
        rest = &inside[end + 1..];
    }
    parts.push(SubPart::Literal(rest));
    parts
}
