//! The values of `Ref` and `Fn::GetAtt` for the resources of a template.

use stepwright_asl::json::Json;
use stepwright_asl::similar::did_you_mean;

use super::evaluator::{Evaluated, Evaluator, Reported, scalar_text};
use super::node::TemplateNode;
use super::resource_types::{ResourceType, resource_type};

/// The types whose references are qualified by another resource.
const LAMBDA_ALIAS: &str = "AWS::Lambda::Alias";
const LAMBDA_VERSION: &str = "AWS::Lambda::Version";
pub(super) const MACHINE_ALIAS: &str = "AWS::StepFunctions::StateMachineAlias";
pub(super) const MACHINE_VERSION: &str = "AWS::StepFunctions::StateMachineVersion";
const FUNCTION: &str = "AWS::Serverless::Function";
const SAM_MACHINE: &str = "AWS::Serverless::StateMachine";

/// A resource that SAM adds to a template.
enum GeneratedResource<'t> {
    /// The role of a function or a state machine, and its logical ID.
    Role,
    /// The alias of the function or the state machine with this logical ID and type.
    Alias {
        id: &'t str,
        kind: &'t str,
        alias: String,
    },
    /// The API of the events of functions.
    Api,
}

impl<'t> Evaluator<'t> {
    /// The value of `Ref` for a resource.
    pub(super) fn resource_reference(&self, node: &TemplateNode<'t>, id: &str) -> Evaluated {
        let Some((id, kind)) = self.existing(node, id)? else {
            return self.generated(node, id, None);
        };
        if let Some(arn) = self.qualified_arn(node, id, kind)? {
            return Ok(Some(Json::from(arn)));
        }
        match resource_type(kind) {
            Some(known) => {
                let name = self.physical_name(node, id)?;
                Ok(Some(Json::from(self.fill(known.reference, &name))))
            }
            None => Err(self.report(
                node,
                format_args!("the value of `Ref` is not known for `{id}`, whose type is `{kind}`"),
                format!("give the value with `--resource {id}=VALUE`"),
            )),
        }
    }

    /// The value of an attribute of a resource.
    pub(super) fn resource_attribute(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
        attribute: &str,
    ) -> Evaluated {
        let Some((id, kind)) = self.existing(node, id)? else {
            return self.generated(node, id, Some(attribute));
        };
        match (kind, attribute) {
            (MACHINE_ALIAS, "Arn") | (MACHINE_VERSION, "Arn") => {
                return Ok(self.qualified_arn(node, id, kind)?.map(Json::from));
            }
            (LAMBDA_ALIAS, "AliasArn") | (LAMBDA_VERSION, "FunctionArn") => {
                return Ok(self.qualified_arn(node, id, kind)?.map(Json::from));
            }
            (LAMBDA_VERSION, "Version") => return Ok(Some(Json::from("1"))),
            (FUNCTION, "Alias") => {
                let Some(alias) = self.published_alias(node, id)? else {
                    return Err(self.report(
                        node,
                        format_args!("`{id}` has no alias"),
                        "add `AutoPublishAlias` to the function",
                    ));
                };
                let name = self.physical_name(node, id)?;
                return Ok(Some(Json::from(format!(
                    "{}:{alias}",
                    self.function_arn(&name)
                ))));
            }
            (FUNCTION, "Version") => return Ok(Some(Json::from("1"))),
            _ => {}
        }
        let attributes = resource_type(kind).map_or(&[][..], |known| known.attributes);
        match attributes.iter().find(|(name, _)| *name == attribute) {
            Some((_, value)) => {
                let name = self.physical_name(node, id)?;
                Ok(Some(Json::from(self.fill(value, &name))))
            }
            None => {
                let hint = did_you_mean(attribute, attributes.iter().map(|(name, _)| *name));
                let option = format!("give its value with `--resource {id}.{attribute}=VALUE`");
                Err(self.report(
                    node,
                    format_args!(
                        "the attribute `{attribute}` is not known for `{id}`, whose type is `{kind}`"
                    ),
                    match hint {
                        Some(hint) => format!("{hint} Or {option}"),
                        None => option,
                    },
                ))
            }
        }
    }

    /// The name of a resource: the one in its properties, or its logical ID. AWS adds random
    /// letters to the latter.
    pub(super) fn physical_name(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
    ) -> Result<String, Reported> {
        let template = self.template(node);
        let Some((kind, _)) = template.resource(id) else {
            return Err(self.unknown_name(node, id));
        };
        let property =
            resource_type(kind).map_or("Name", |known: &ResourceType| known.name_property);
        if let Some(name) = self.property_text(node, id, property)? {
            return Ok(name);
        }
        let is_fifo = kind == "AWS::SQS::Queue" || kind == "AWS::SNS::Topic";
        let fifo = ["FifoQueue", "FifoTopic"];
        if is_fifo
            && fifo.iter().any(|property| {
                let value = self.property(node, id, property);
                value.and_then(|value| scalar_text(value.json)).as_deref() == Some("true")
            })
        {
            return Ok(format!("{id}.fifo"));
        }
        Ok(match kind {
            "AWS::S3::Bucket" => id.to_ascii_lowercase(),
            _ => id.to_owned(),
        })
    }

    /// A property of a resource; a path such as `DatabaseInput.Name`.
    pub(super) fn property(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
        path: &'t str,
    ) -> Option<TemplateNode<'t>> {
        let resources = self.template(node).section("Resources")?;
        let (id, _) = resources.get_key_value(id)?;
        let properties = self.node(
            node.template,
            &["Resources", id, "Properties"],
            node.depth + 1,
        )?;
        let mut names = path.split('.');
        names.try_fold(properties, |node, name| node.member(name))
    }

    /// The text of a property; `None` if it is missing or `AWS::NoValue`.
    pub(super) fn property_text(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
        path: &'t str,
    ) -> Result<Option<String>, Reported> {
        let Some(property) = self.property(node, id, path) else {
            return Ok(None);
        };
        match self.evaluate(&property)? {
            None => Ok(None),
            Some(json) => self.as_text(&property, &json).map(Some),
        }
    }

    /// Whether a reference to this resource is possible.
    pub(super) fn has_resource(&self, node: &TemplateNode<'t>, id: &str) -> bool {
        self.template(node).resource(id).is_some() || self.generated_resource(node, id).is_some()
    }

    /// The logical ID and the type of a resource of the template; `None` if the template does not
    /// have it.
    fn existing(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
    ) -> Result<Option<(&'t str, &'t str)>, Reported> {
        let resources = self.template(node).section("Resources");
        let Some((id, _)) = resources.and_then(|all| all.get_key_value(id)) else {
            return Ok(None);
        };
        let Some((kind, resource)) = self.template(node).resource(id) else {
            return Ok(None);
        };
        if let Some(Json::String(condition)) = resource.get("Condition")
            && !self.condition(node, condition)?
        {
            return Err(self.report(
                node,
                format_args!("`{id}` is not created, because its condition `{condition}` is false"),
                format!("choose with `!If [{condition}, !Ref {id}, ..]`"),
            ));
        }
        Ok(Some((id, kind)))
    }

    /// The ARN of a version or an alias; `None` for resources of other types.
    fn qualified_arn(
        &self,
        node: &TemplateNode<'t>,
        id: &'t str,
        kind: &str,
    ) -> Result<Option<String>, Reported> {
        let needed = |path: &'t str| {
            self.property_text(node, id, path)?.ok_or_else(|| {
                self.report(
                    node,
                    format_args!("`{id}` has no `{path}`"),
                    format!("add `{path}` to its `Properties`"),
                )
            })
        };
        Ok(Some(match kind {
            LAMBDA_ALIAS => {
                let function = self.function_arn(&needed("FunctionName")?);
                format!("{function}:{}", needed("Name")?)
            }
            LAMBDA_VERSION => format!("{}:1", self.function_arn(&needed("FunctionName")?)),
            MACHINE_VERSION => {
                let number = self.versions.get(&(node.template, id.to_owned()));
                // Before the first deployment, the first version is the best guess.
                let number = number.copied().unwrap_or(1);
                format!("{}:{number}", needed("StateMachineArn")?)
            }
            MACHINE_ALIAS => {
                let routing = self.property(node, id, "RoutingConfiguration");
                let route = routing.and_then(|routing| routing.item(0));
                let version = match route.and_then(|route| route.member("StateMachineVersionArn")) {
                    Some(version) => self.text(&version)?,
                    None => needed("DeploymentPreference.StateMachineVersionArn")?,
                };
                let machine = version.rsplit_once(':').map_or("", |(machine, _)| machine);
                format!("{machine}:{}", self.physical_name(node, id)?)
            }
            _ => return Ok(None),
        }))
    }

    /// The ARN of a function, by its name or an ARN.
    fn function_arn(&self, function: &str) -> String {
        let name = function
            .rsplit_once(":function:")
            .map_or(function, |(_, name)| name);
        let name = name.split(':').next().unwrap_or(name);
        self.fill(
            "arn:{partition}:lambda:{region}:{account}:function:{name}",
            name,
        )
    }

    /// Replaces the variables of a value in the table of types.
    pub(super) fn fill(&self, value: &str, name: &str) -> String {
        let partition = self.inputs.parameters.get("AWS::Partition");
        value
            .replace("{region}", &self.inputs.region)
            .replace("{account}", &self.inputs.account)
            .replace("{partition}", partition.map_or("aws", String::as_str))
            .replace("{name}", name)
    }

    /// The alias that SAM publishes for a function or a state machine.
    pub(super) fn published_alias(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
    ) -> Result<Option<String>, Reported> {
        if let Some(alias) = self.property_text(node, id, "AutoPublishAlias")? {
            return Ok(Some(alias));
        }
        let kind = self.template(node).resource(id).map(|(kind, _)| kind);
        let path = ["Globals", "Function", "AutoPublishAlias"];
        match self.node(node.template, &path, node.depth + 1) {
            Some(alias) if kind == Some(FUNCTION) => self.text(&alias).map(Some),
            _ => Ok(None),
        }
    }

    fn generated_resource(
        &self,
        node: &TemplateNode<'t>,
        id: &str,
    ) -> Option<GeneratedResource<'t>> {
        let template = self.template(node);
        if !template.is_sam {
            return None;
        }
        if id == "ServerlessRestApi" || id == "ServerlessHttpApi" {
            return Some(GeneratedResource::Api);
        }
        let resources = template.section("Resources")?;
        let own = resources.keys().filter_map(|of| {
            let (kind, _) = template.resource(of)?;
            let is_published = kind == FUNCTION || kind == SAM_MACHINE;
            let suffix = id.strip_prefix(of.as_str()).filter(|_| is_published)?;
            Some((of.as_str(), kind, suffix))
        });
        own.into_iter().find_map(|(of, kind, suffix)| match suffix {
            "Role" => Some(GeneratedResource::Role),
            _ => Some(GeneratedResource::Alias {
                id: of,
                kind,
                alias: suffix
                    .strip_prefix("Alias")
                    .filter(|alias| !alias.is_empty())?
                    .to_owned(),
            }),
        })
    }

    fn generated(&self, node: &TemplateNode<'t>, id: &str, attribute: Option<&str>) -> Evaluated {
        let value = match (self.generated_resource(node, id), attribute) {
            (Some(GeneratedResource::Role), None) => id.to_owned(),
            (Some(GeneratedResource::Role), Some("Arn")) => {
                self.fill("arn:{partition}:iam::{account}:role/{name}", id)
            }
            (Some(GeneratedResource::Api), None) => id.to_owned(),
            (
                Some(GeneratedResource::Alias {
                    id: of,
                    kind,
                    alias,
                }),
                None,
            ) => {
                let published = self.published_alias(node, of)?;
                if published.as_deref() != Some(&alias) {
                    return Err(self.report(
                        node,
                        format_args!("`{of}` has no alias `{alias}`"),
                        format!("add `AutoPublishAlias: {alias}` to `{of}`"),
                    ));
                }
                let arn = match resource_type(kind) {
                    Some(known) if kind == SAM_MACHINE => known.reference,
                    _ => "arn:{partition}:lambda:{region}:{account}:function:{name}",
                };
                let name = self.physical_name(node, of)?;
                format!("{}:{alias}", self.fill(arn, &name))
            }
            (Some(_), Some(attribute)) => {
                return Err(self.report(
                    node,
                    format_args!("the attribute `{attribute}` is not known for `{id}`"),
                    format!("give its value with `--resource {id}.{attribute}=VALUE`"),
                ));
            }
            (None, _) => return Err(self.unknown_name(node, id)),
        };
        Ok(Some(Json::from(value)))
    }
}
