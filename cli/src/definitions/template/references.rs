//! `Ref`, `Fn::GetAtt`, `Fn::ImportValue` and dynamic references.

use std::collections::HashMap;

use stepwright_asl::json::Json;
use stepwright_asl::similar::did_you_mean;
use stepwright_asl::words::quoted;

use super::evaluator::{Evaluated, Evaluator, ExportLocation, Reported, SharedValue, scalar_text};
use super::node::TemplateNode;

/// Types of parameters whose value in the template is the name of a parameter of Systems Manager.
const SSM_VALUE: &str = "AWS::SSM::Parameter::Value<";

impl<'t> Evaluator<'t> {
    /// Evaluates `Ref`.
    pub(super) fn reference(&self, argument: &TemplateNode<'t>) -> Evaluated {
        match argument.json {
            Json::String(name) => self.reference_to(argument, name),
            _ => Err(self.wrong_argument(argument, "!Ref Queue")),
        }
    }

    /// Evaluates `Fn::GetAtt`.
    pub(super) fn attribute(&self, argument: &TemplateNode<'t>) -> Evaluated {
        let wrong = || self.wrong_argument(argument, "!GetAtt Queue.Arn");
        match argument.json {
            Json::String(text) => {
                let (id, attribute) = text.split_once('.').ok_or_else(wrong)?;
                self.attribute_of(argument, id, attribute)
            }
            Json::Array(_) => {
                let [id, attribute] = self.arguments(argument, "!GetAtt [Queue, Arn]")?;
                let id = id.json.as_str().ok_or_else(wrong)?;
                let attribute = self.text(&attribute)?;
                self.attribute_of(argument, id, &attribute)
            }
            _ => Err(wrong()),
        }
    }

    /// The value of `Ref` for a name: a pseudo parameter, a parameter or a resource.
    pub(super) fn reference_to(&self, node: &TemplateNode<'t>, name: &str) -> Evaluated {
        if let Some(value) = self.inputs.resources.get(name) {
            return Ok(Some(Json::from(value.as_str())));
        }
        if name.starts_with("AWS::") {
            return self.pseudo_parameter(node, name);
        }
        let template = self.template(node);
        if let Some(parameters) = template.section("Parameters")
            && let Some((key, _)) = parameters.get_key_value(name)
        {
            let value = SharedValue::Parameter(node.template, key.clone());
            return self.shared(node, value, || self.parameter(node.template, key));
        }
        // SAM accepts `!Ref Function.Alias`.
        if template.is_sam
            && let Some((id, attribute)) = name.split_once('.')
        {
            return self.attribute_of(node, id, attribute);
        }
        // Each use of an unknown name is reported, not only the first one.
        if !self.has_resource(node, name) {
            return Err(self.unknown_name(node, name));
        }
        let value = SharedValue::Resource(node.template, name.to_owned(), None);
        self.shared(node, value, || self.resource_reference(node, name))
    }

    /// The value of an attribute of a resource.
    pub(super) fn attribute_of(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
        attribute: &str,
    ) -> Evaluated {
        if let Some(value) = self.inputs.resources.get(&format!("{id}.{attribute}")) {
            return Ok(Some(Json::from(value.as_str())));
        }
        if !self.has_resource(node, id) {
            return Err(self.unknown_name(node, id));
        }
        let shared = Some(attribute.to_owned());
        let value = SharedValue::Resource(node.template, id.to_owned(), shared);
        self.shared(node, value, || self.resource_attribute(node, id, attribute))
    }

    /// Reports a name that the template does not have.
    pub(super) fn unknown_name(&self, node: &TemplateNode<'t>, name: &str) -> Reported {
        let template = self.template(node);
        let sections = ["Resources", "Parameters"];
        let sections = sections
            .iter()
            .filter_map(|section| template.section(section));
        let names = sections.flat_map(|section| section.keys().map(String::as_str));
        let help = did_you_mean(name, names).unwrap_or_else(|| {
            format!("add it to the template, or give its value with `--resource {name}=VALUE`")
        });
        self.report(
            node,
            format_args!("the template has no resource or parameter `{name}`"),
            help,
        )
    }

    fn pseudo_parameter(&self, node: &TemplateNode<'t>, name: &str) -> Evaluated {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.inputs.parameters.get(name) {
            return Ok(Some(Json::from(value.as_str())));
        }
        let stack = &self.template(node).stack_name;
        let (region, account) = (&self.inputs.region, &self.inputs.account);
        Ok(Some(match name {
            "AWS::AccountId" => Json::from(account.as_str()),
            "AWS::Region" => Json::from(region.as_str()),
            // The ARNs of this server have this partition in all regions.
            "AWS::Partition" => Json::from("aws"),
            "AWS::URLSuffix" => Json::from("amazonaws.com"),
            "AWS::StackName" => Json::from(stack.as_str()),
            "AWS::StackId" => Json::from(format!(
                "arn:aws:cloudformation:{region}:{account}:stack/{stack}/00000000-0000-0000-0000-000000000000"
            )),
            "AWS::NotificationARNs" => Json::Array(Vec::new()),
            _ => {
                return Err(self.report(
                    node,
                    format_args!("`{name}` is not a pseudo parameter"),
                    "`AWS::Region`, `AWS::AccountId`, `AWS::Partition`, `AWS::StackName`, `AWS::StackId`, `AWS::URLSuffix`, `AWS::NotificationARNs` and `AWS::NoValue` are",
                ));
            }
        }))
    }

    fn parameter(&self, template: usize, name: &'t str) -> Evaluated {
        let Some(declared) = self.node(template, &["Parameters", name], 0) else {
            return Err(Reported);
        };
        let kind = declared
            .json
            .get("Type")
            .and_then(Json::as_str)
            .unwrap_or("String");
        let value = self.inputs.parameters.get(name);
        let default = declared.json.get("Default").and_then(scalar_text);
        if let (None, Some(default), true) = (value, &default, kind.starts_with(SSM_VALUE)) {
            return Err(self.report(
                &declared,
                format_args!(
                    "AWS reads the value from the parameter `{default}` of Systems Manager"
                ),
                format!("give the value with `--parameter {name}=VALUE`"),
            ));
        }
        let Some(text) = value.cloned().or(default) else {
            return Err(self.report(
                &declared,
                "there is no value and no `Default`",
                format!("give the value with `--parameter {name}=VALUE`"),
            ));
        };
        let is_list = kind == "CommaDelimitedList"
            || kind.starts_with("List<")
            || kind
                .strip_prefix(SSM_VALUE)
                .is_some_and(|kind| kind.starts_with("List<") || kind == "CommaDelimitedList>");
        if let Some(reason) = refused(declared.json, kind, &text) {
            return Err(self.report(
                &declared,
                reason,
                format!("give another value with `--parameter {name}=VALUE`"),
            ));
        }
        Ok(Some(if is_list {
            text.split(',').map(str::trim).collect()
        } else {
            Json::from(text)
        }))
    }

    /// Evaluates `Fn::ImportValue`: an export of one of the templates, or a value of `--import`.
    pub(super) fn import_value(&self, argument: &TemplateNode<'t>) -> Evaluated {
        let name = self.text(argument)?;
        if let Some(value) = self.inputs.imports.get(&name) {
            return Ok(Some(Json::from(value.as_str())));
        }
        let exports = self.exports.get_or_init(|| self.find_exports());
        let output = exports.get(&name).and_then(|export| {
            let outputs = self.templates[export.template].section("Outputs")?;
            let (output, _) = outputs.get_key_value(&export.output)?;
            self.node(
                export.template,
                &["Outputs", output, "Value"],
                argument.depth + 1,
            )
        });
        let Some(output) = output else {
            return Err(self.report(
                argument,
                format_args!("none of the templates exports `{name}`"),
                format!(
                    "give the template that exports it with another `--template`, or the value with `--import {name}=VALUE`"
                ),
            ));
        };
        let value = SharedValue::Export(name);
        self.shared(argument, value, || self.evaluate(&output))
    }

    /// Computes the names of all exports. A name may not depend on resources, so that problems in
    /// names are those of other values, too.
    fn find_exports(&self) -> HashMap<String, ExportLocation> {
        let mut exports = HashMap::new();
        for (template, file) in self.templates.iter().enumerate() {
            for (output, _) in file.section("Outputs").into_iter().flatten() {
                let path = ["Outputs", output, "Export", "Name"];
                let Some(name) = self.node(template, &path, 0) else {
                    continue;
                };
                let evaluator = self.silent();
                // The name of an export cannot import another one.
                let _ = evaluator.exports.set(HashMap::new());
                if let Ok(name) = evaluator.text(&name) {
                    let output = output.clone();
                    exports
                        .entry(name)
                        .or_insert(ExportLocation { template, output });
                }
            }
        }
        exports
    }

    /// A text of the template, with the values of its dynamic references such as
    /// `{{resolve:ssm:/orders/table}}`.
    pub(super) fn literal(&self, node: &TemplateNode<'t>, text: &str) -> Result<String, Reported> {
        self.spend(node, text.len())?;
        let mut result = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{resolve:") {
            let Some(end) = rest[start..].find("}}").map(|end| start + end + 2) else {
                break;
            };
            let reference = &rest[start..end];
            let Some(value) = self.inputs.resources.get(reference) else {
                return Err(self.report(
                    node,
                    format_args!("AWS reads `{reference}` when it deploys the template"),
                    format!("give the value with `--resource '{reference}=VALUE'`"),
                ));
            };
            result.push_str(&rest[..start]);
            result.push_str(value);
            rest = &rest[end..];
        }
        result.push_str(rest);
        Ok(result)
    }
}

/// The reason why a parameter does not accept a value.
fn refused(declared: &Json, kind: &str, text: &str) -> Option<String> {
    let allowed = declared.get("AllowedValues").and_then(Json::as_array);
    if let Some(allowed) = allowed {
        let allowed: Vec<String> = allowed.iter().filter_map(scalar_text).collect();
        let values: Vec<&str> = if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            text.split(',').map(str::trim).collect()
        } else {
            vec![text]
        };
        if let Some(value) = values
            .iter()
            .find(|value| !allowed.iter().any(|one| one == **value))
        {
            let allowed = quoted(allowed);
            return Some(format!("the value `{value}` is none of {allowed}"));
        }
    }
    let limit = |key: &str| declared.get(key).and_then(scalar_text)?.parse::<f64>().ok();
    if kind == "Number" {
        let Ok(number) = text.trim().parse::<f64>() else {
            return Some(format!("the value `{text}` is not a number"));
        };
        if limit("MinValue").is_some_and(|least| number < least)
            || limit("MaxValue").is_some_and(|most| number > most)
        {
            return Some(format!(
                "the value `{text}` is outside of `MinValue` and `MaxValue`"
            ));
        }
    }
    let length = text.chars().count() as f64;
    if limit("MinLength").is_some_and(|least| length < least)
        || limit("MaxLength").is_some_and(|most| length > most)
    {
        return Some(format!(
            "the length of `{text}` is outside of `MinLength` and `MaxLength`"
        ));
    }
    None
}
