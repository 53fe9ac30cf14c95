//! Values of a CloudFormation template as texts, so that two references to one resource are equal.

use stepwright_asl::json::{Json, Object};
use stepwright_asl::placeholder;

use crate::policy::names;

/// Resource types whose ARN and name are computed from the logical id: the type, its property with
/// the name, and the ARN after the partition. `{}` is the name.
const ARNS: [(&str, &str, &str); 19] = [
    (
        "AWS::CodeBuild::Project",
        "Name",
        "codebuild:${AWS::Region}:${AWS::AccountId}:project/{}",
    ),
    (
        "AWS::DynamoDB::GlobalTable",
        "TableName",
        "dynamodb:${AWS::Region}:${AWS::AccountId}:table/{}",
    ),
    (
        "AWS::DynamoDB::Table",
        "TableName",
        "dynamodb:${AWS::Region}:${AWS::AccountId}:table/{}",
    ),
    (
        "AWS::ECS::Cluster",
        "ClusterName",
        "ecs:${AWS::Region}:${AWS::AccountId}:cluster/{}",
    ),
    (
        "AWS::Events::EventBus",
        "Name",
        "events:${AWS::Region}:${AWS::AccountId}:event-bus/{}",
    ),
    (
        "AWS::IAM::Role",
        "RoleName",
        "iam::${AWS::AccountId}:role/{}",
    ),
    (
        "AWS::Kinesis::Stream",
        "Name",
        "kinesis:${AWS::Region}:${AWS::AccountId}:stream/{}",
    ),
    (
        "AWS::Lambda::Function",
        "FunctionName",
        "lambda:${AWS::Region}:${AWS::AccountId}:function:{}",
    ),
    ("AWS::S3::Bucket", "BucketName", "s3:::{}"),
    (
        "AWS::SNS::Topic",
        "TopicName",
        "sns:${AWS::Region}:${AWS::AccountId}:{}",
    ),
    (
        "AWS::SQS::Queue",
        "QueueName",
        "sqs:${AWS::Region}:${AWS::AccountId}:{}",
    ),
    (
        "AWS::Serverless::Function",
        "FunctionName",
        "lambda:${AWS::Region}:${AWS::AccountId}:function:{}",
    ),
    (
        "AWS::Serverless::SimpleTable",
        "TableName",
        "dynamodb:${AWS::Region}:${AWS::AccountId}:table/{}",
    ),
    (
        "AWS::Serverless::StateMachine",
        "Name",
        "states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}",
    ),
    (
        "AWS::Signer::SigningProfile",
        "ProfileName",
        "signer:${AWS::Region}:${AWS::AccountId}:/signing-profiles/{}",
    ),
    (
        "AWS::StepFunctions::Activity",
        "Name",
        "states:${AWS::Region}:${AWS::AccountId}:activity:{}",
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "StateMachineName",
        "states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}",
    ),
    (
        "AWS::Logs::LogGroup",
        "LogGroupName",
        "logs:${AWS::Region}:${AWS::AccountId}:log-group:{}:*",
    ),
    (
        "AWS::SecretsManager::Secret",
        "Name",
        "secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:{}-??????",
    ),
];

/// The types of which `Ref` is the ARN.
const REFERENCE_IS_ARN: [&str; 5] = [
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::Serverless::StateMachine",
    "AWS::StepFunctions::Activity",
    "AWS::StepFunctions::StateMachine",
];

/// Functions that return a text where the template has one. Others can return lists.
const TEXT_FUNCTIONS: [&str; 5] = [
    "Fn::Base64",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Select",
];

/// The resources of a template.
#[derive(Debug, Clone)]
pub(super) struct TemplateResources {
    resources: Object,
    mappings: Object,
    /// The values of the pseudo parameters, such as `AWS::Region`.
    parameters: [(&'static str, String); 3],
}

impl TemplateResources {
    /// The resources of a template; `None` if it has none.
    pub(super) fn of(template: &Json) -> Option<TemplateResources> {
        let section = |name: &str| template.get(name).and_then(Json::as_object).cloned();
        Some(TemplateResources {
            resources: section("Resources")?,
            mappings: section("Mappings").unwrap_or_default(),
            parameters: [
                ("AWS::Partition", "aws".to_owned()),
                ("AWS::Region", "${AWS::Region}".to_owned()),
                ("AWS::AccountId", "${AWS::AccountId}".to_owned()),
            ],
        })
    }

    /// Sets the value of a pseudo parameter.
    pub(super) fn set(&mut self, parameter: &str, value: String) {
        for (name, known) in &mut self.parameters {
            if *name == parameter {
                known.clone_from(&value);
            }
        }
    }

    /// The properties of a resource, if it has this type.
    pub(super) fn properties(&self, id: &str, kind: &str) -> Option<&Object> {
        (self.kind(id)? == kind).then(|| self.property_map(id))?
    }

    /// The ARN of a function that the text names as `Ref` does. Otherwise a placeholder could be
    /// that of an ARN.
    pub(super) fn function_arn(&self, name: &str) -> Option<String> {
        let id = placeholder::whole(name)?;
        let is_function = matches!(
            self.kind(id)?,
            "AWS::Lambda::Function" | "AWS::Serverless::Function"
        );
        is_function.then(|| self.variable(&format!("{id}.Arn")))
    }

    /// All resources of a type.
    pub(super) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Object)> {
        let ids = self.resources.keys().map(String::as_str);
        ids.filter_map(move |id| Some((id, self.properties(id, kind)?)))
    }

    /// Whether a condition decides whether the resource exists.
    pub(super) fn is_conditional(&self, id: &str) -> bool {
        let resource = self.resources.get(id).and_then(Json::as_object);
        resource.is_some_and(|resource| resource.contains_key("Condition"))
    }

    /// A member of a resource next to its properties.
    pub(super) fn member(&self, id: &str, name: &str) -> Option<&Json> {
        self.resources.get(id)?.as_object()?.get(name)
    }

    pub(super) fn kind(&self, id: &str) -> Option<&str> {
        self.resources.get(id)?.as_object()?.get("Type")?.as_str()
    }

    fn property_map(&self, id: &str) -> Option<&Object> {
        let resource = self.resources.get(id)?.as_object()?;
        resource.get("Properties")?.as_object()
    }

    /// The logical id in a `Ref` or `Fn::GetAtt`, also in the only variable of an `Fn::Sub`.
    pub(super) fn referenced(&self, value: &Json) -> Option<String> {
        let members = value.as_object()?;
        let id = if let Some(id) = members.get("Ref") {
            id.as_str()?
        } else if let Some(attribute) = members.get("Fn::GetAtt") {
            match attribute.as_array() {
                Some(parts) => parts.first()?.as_str()?,
                None => attribute.as_str()?.split('.').next()?,
            }
        } else {
            let text = members.get("Fn::Sub")?.as_str()?;
            let name = text.strip_prefix("${")?.strip_suffix('}')?;
            name.split('.').next()?
        };
        self.resources.contains_key(id).then(|| id.to_owned())
    }

    /// The text of a value; `None` if it is no text. A value that only the deployment knows is a
    /// placeholder, which is equal for equal functions.
    pub(super) fn text(&self, value: &Json) -> Option<String> {
        self.known(value).or_else(|| {
            let members = value.as_object().filter(|members| members.len() == 1)?;
            let (function, _) = members.iter().next()?;
            let is_text = TEXT_FUNCTIONS.contains(&function.as_str());
            let source = value.to_string().replace(['{', '}'], "");
            is_text.then(|| format!("${{{source}}}"))
        })
    }

    /// The text of a value, if the template contains it.
    fn known(&self, value: &Json) -> Option<String> {
        if let Some(text) = value.as_str() {
            return Some(text.to_owned());
        }
        let members = value.as_object().filter(|members| members.len() == 1)?;
        let (function, argument) = members.iter().next()?;
        match function.as_str() {
            "Ref" => Some(self.variable(argument.as_str()?)),
            "Fn::GetAtt" => {
                let joined = argument.as_array().map(|parts| {
                    let parts: Option<Vec<&str>> = parts.iter().map(Json::as_str).collect();
                    parts.map(|parts| parts.join("."))
                });
                let name = match joined {
                    Some(joined) => joined?,
                    None => argument.as_str()?.to_owned(),
                };
                Some(self.variable(&name))
            }
            "Fn::Sub" => match argument.as_array() {
                Some(parts) => self.filled(parts.first()?.as_str()?, parts.get(1)?.as_object()?),
                None => self.filled(argument.as_str()?, &Object::new()),
            },
            "Fn::Join" => {
                let parts = argument.as_array()?;
                let separator = parts.first()?.as_str()?;
                let list = parts.get(1)?.as_array()?;
                let texts: Option<Vec<String>> = list.iter().map(|part| self.text(part)).collect();
                Some(texts?.join(separator))
            }
            "Fn::FindInMap" => {
                let keys = argument.as_array()?.iter();
                let keys: Option<Vec<String>> = keys.map(|key| self.text(key)).collect();
                let [map, first, second] = keys?.try_into().ok()?;
                let found = self.mappings.get(&map)?.get(&first)?.get(&second)?;
                found.as_str().map(str::to_owned)
            }
            "Fn::Select" => {
                let [index, list] = argument.as_array()? else {
                    return None;
                };
                let index = match index.as_str() {
                    Some(text) => text.parse().ok()?,
                    None => usize::try_from(index.as_i64()?).ok()?,
                };
                self.item(list, index)
            }
            _ => None,
        }
    }

    /// An item of a list, or a part of a text that `Fn::Split` splits.
    fn item(&self, list: &Json, index: usize) -> Option<String> {
        if let Some(items) = list.as_array() {
            return self.text(items.get(index)?);
        }
        let [separator, text] = list.get("Fn::Split")?.as_array()? else {
            return None;
        };
        let mut separator = separator.as_str()?.chars();
        let (Some(separator), None) = (separator.next(), separator.next()) else {
            return None;
        };
        let text = self.text(text)?;
        let part = names::split(&text, separator).get(index).copied()?;
        Some(part.to_owned())
    }

    /// The text of the property that names a resource.
    pub(super) fn own_name(&self, id: &str) -> Option<String> {
        let (_, property, _) = ARNS.iter().find(|(of, ..)| Some(*of) == self.kind(id))?;
        self.text(self.property_map(id)?.get(*property)?)
    }

    /// The name of a resource, or a placeholder with its logical id.
    pub(super) fn name(&self, id: &str) -> String {
        self.own_name(id).unwrap_or_else(|| format!("${{{id}}}"))
    }

    /// A text whose variables are replaced by `values`, else by those of the template.
    pub(super) fn filled(&self, text: &str, values: &Object) -> Option<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            filled.push_str(before);
            match values.get(name) {
                Some(value) => filled.push_str(&self.text(value)?),
                None => match name.strip_prefix('!') {
                    Some(literal) => filled.push_str(&format!("${{{literal}}}")),
                    None => filled.push_str(&self.variable(name)),
                },
            }
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    /// A text with the partition, the region and the account of the deployment.
    pub(super) fn filled_location(&self, text: &str) -> String {
        let parameters = self.parameters.iter();
        parameters.fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        })
    }

    /// The text of `Ref` with an id, or of `Fn::GetAtt` with `id.attribute`.
    pub(super) fn variable(&self, name: &str) -> String {
        if let Some((_, value)) = self.parameters.iter().find(|(known, _)| *known == name) {
            return value.clone();
        }
        let (id, attribute) = match name.split_once('.') {
            Some((id, attribute)) => (id, Some(attribute)),
            None => (name, None),
        };
        let unknown = || format!("${{{name}}}");
        let Some(kind) = self.kind(id) else {
            return unknown();
        };
        let Some((_, property, arn)) = ARNS.iter().find(|(of, ..)| *of == kind) else {
            return unknown();
        };
        let own_name = self.name(id);
        let known = |text: &str| self.filled_location(text).replace("{}", &own_name);
        let arn = || known(&format!("arn:${{AWS::Partition}}:{arn}"));
        match attribute {
            None if REFERENCE_IS_ARN.contains(&kind) => arn(),
            None if kind == "AWS::SQS::Queue" => {
                known("https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/{}")
            }
            None => own_name,
            Some("Arn" | "TopicArn") => arn(),
            Some(attribute) if attribute == *property => own_name,
            Some("Name") => own_name,
            Some(_) => unknown(),
        }
    }
}
