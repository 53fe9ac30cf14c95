//! The resources of AWS SDK calls: the resource types of IAM, with the names in the arguments.

use stepwright_asl::json::Json;

use super::arguments::StaticValue;
use super::call::PolicyCall;
use super::grants::Grants;
use super::iam::{ActionResourceType, ActionResources};
use super::{names, template};

/// Maximum number of named resources. With more, all resources of the type are allowed, because a
/// policy has a size limit.
const MOST: usize = 40;

/// The resources of an action, with a warning if they are more than the call needs.
pub(super) fn of(
    call: &PolicyCall<'_>,
    operation: &str,
    action: &str,
    needs: ActionResources,
    grants: &mut Grants,
) -> Vec<String> {
    let all = || vec!["*".to_owned()];
    let mut asked = RequestedResource {
        call,
        operation,
        action,
        open: Vec::new(),
    };
    let found = match needs {
        ActionResources::Nothing => return all(),
        ActionResources::Unknown => {
            let prefix = action.split(':').next().unwrap_or_default();
            if prefix == "apigateway" {
                let arn = format!(
                    "arn:{}:apigateway:{}::/*",
                    call.options.partition, call.options.region
                );
                return vec![arn];
            }
            asked.open.push(format!(
                "the tables do not have the resources of `{prefix}`"
            ));
            all()
        }
        ActionResources::Anything => asked.anything(),
        ActionResources::Types(types) => asked.types(&types),
    };
    let found: Vec<String> = if found.is_empty() {
        asked.open = vec!["no argument names its resource".to_owned()];
        all()
    } else {
        found
    };
    let open = std::mem::take(&mut asked.open);
    if !open.is_empty() {
        call.warn_of_wider(&[action], &found, &open.join(" and "), grants);
    }
    found
}

struct RequestedResource<'a> {
    call: &'a PolicyCall<'a>,
    operation: &'a str,
    action: &'a str,
    /// The reasons why the resources are more than the call needs.
    open: Vec<String>,
}

impl RequestedResource<'_> {
    /// The ARNs in the arguments, on all levels. A placeholder counts as an ARN if the name of its
    /// argument indicates one.
    fn arns(&self, is_meant: &dyn Fn(&str) -> bool, is_name: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        self.call.arguments.each(&mut |name, given| {
            let StaticValue::Literal(text) = given else {
                return;
            };
            let meant = if names::is_arn(&text) {
                is_meant(&text)
            } else {
                names::stands_for_arn(&text) && is_name(name)
            };
            if meant && template::is_resource(&text) {
                found.push(text);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The resources of an action for any type: those that an argument names by ARN.
    fn anything(&self) -> Vec<String> {
        let service = self.action.split(':').next().unwrap_or_default();
        self.arns(&|arn| names::parts(arn)[2] == service, &is_resource_name)
    }

    /// Returns whether the call uses a resource of this type: the tables list all types of an
    /// action, whatever its arguments are.
    fn is_of_call(&self, need: &ActionResourceType) -> bool {
        let has = |argument: &str| self.call.arguments.has(argument);
        let is_of = |part: &str| need.arn.contains(part);
        match self.action {
            // IAM asks for the index alone.
            "dynamodb:Query" | "dynamodb:Scan" if has("IndexName") => is_of("/index/"),
            "states:ListExecutions" if has("MapRunArn") => is_of(":mapRun:"),
            "states:ListExecutions" => !is_of(":mapRun:"),
            // Express executions have no description, no history and no stop.
            "states:DescribeExecution"
            | "states:DescribeStateMachineForExecution"
            | "states:GetExecutionHistory"
            | "states:ListMapRuns"
            | "states:RedriveExecution"
            | "states:StopExecution" => !is_of(":express:"),
            _ => true,
        }
    }

    fn types(&mut self, types: &[ActionResourceType]) -> Vec<String> {
        let types: Vec<&ActionResourceType> =
            types.iter().filter(|need| self.is_of_call(need)).collect();
        let required: Vec<&ActionResourceType> =
            types.iter().copied().filter(|need| need.required).collect();
        let known: Vec<&str> = required
            .iter()
            .flat_map(|need| template::undefined_placeholders(&need.arn))
            .collect();
        let mut found = Vec::new();
        for need in types {
            let places = template::undefined_placeholders(&need.arn);
            if !need.required {
                let named = |place: &&str| {
                    self.has(place, required.is_empty() && places.last() == Some(place))
                };
                // An optional type applies if the arguments name all of its parts. If no type is
                // required, its first part suffices.
                let is_meant = if required.is_empty() {
                    places.first().is_some_and(named) || !self.of_type(need, false).is_empty()
                } else {
                    places.iter().all(named) && places.iter().any(|place| !known.contains(place))
                };
                if !is_meant {
                    continue;
                }
            }
            found.extend(self.need(
                need,
                need.required || required.is_empty(),
                required.len() <= 1,
            ));
        }
        found.sort_unstable();
        found.dedup();
        if found.len() > MOST {
            return vec!["*".to_owned()];
        }
        found
    }

    /// The ARNs in the arguments with this type.
    fn of_type(&self, need: &ActionResourceType, alone: bool) -> Vec<String> {
        let wanted = names::parts(&need.arn);
        let start = wanted.get(5).and_then(|part| part.split("${").next());
        let start = start.unwrap_or_default();
        let is_meant = |arn: &str| {
            let parts = names::parts(arn);
            let same = parts[2] == wanted[2] && parts[5].starts_with(start);
            same && (start.is_empty() || start.contains('/') || parts.len() >= wanted.len())
        };
        let places = template::undefined_placeholders(&need.arn);
        let is_name = |name: &str| {
            let of = |place: &&str| {
                let bare = place.strip_suffix("Id").or_else(|| stem(place));
                let named = name
                    .strip_suffix("Arn")
                    .or_else(|| name.strip_suffix("ARN"));
                bare.is_some_and(|bare| named.is_some_and(|named| named.eq_ignore_ascii_case(bare)))
            };
            alone && is_resource_name(name) || places.iter().any(of)
        };
        self.arns(&is_meant, &is_name)
    }

    /// The resources of one type.
    fn need(&mut self, need: &ActionResourceType, by_name: bool, alone: bool) -> Vec<String> {
        let options = self.call.options;
        let copies = matches!(self.operation, "CopyObject" | "UploadPartCopy");
        if copies && matches!(self.action, "s3:GetObject" | "s3:GetObjectVersion") {
            return self.copied();
        }
        if need.arn.ends_with(":sqs:${Region}:${Account}:${QueueName}") {
            match self.call.arguments.get("QueueUrl") {
                StaticValue::Literal(url) => {
                    if let Some(arn) =
                        names::queue(&url, options).filter(|arn| template::is_resource(arn))
                    {
                        return vec![arn];
                    }
                    self.open
                        .push(format!("no ARN can be derived from the `QueueUrl` `{url}`"));
                    return vec![options.arn("sqs", "*")];
                }
                StaticValue::Computed => {
                    self.open
                        .push("`QueueUrl` is computed when the execution runs".to_owned());
                    return vec![options.arn("sqs", "*")];
                }
                StaticValue::Absent => {}
            }
        }
        let whole: Option<fn(&str, &super::PolicyOptions) -> Vec<String>> =
            if need.arn.ends_with(":function:${FunctionName}") {
                Some(|text, options| names::function(text, None, options))
            } else if need.arn.ends_with(":secret:${SecretId}") {
                Some(|text, options| vec![names::secret(text, options)])
            } else {
                None
            };
        if let (Some(whole), Some(name)) =
            (whole, template::undefined_placeholders(&need.arn).first())
            && let StaticValue::Literal(text) = self.call.arguments.get(name)
            && !text.is_empty()
        {
            let arns = whole(&text, options);
            if arns.iter().all(|arn| template::is_resource(arn)) {
                return arns;
            }
        }
        let arns = self.of_type(need, alone);
        if !arns.is_empty() {
            return arns;
        }
        self.filled(need, by_name)
    }

    /// The ARN of a type with its placeholders replaced; `*` if no argument has a value for one.
    fn filled(&mut self, need: &ActionResourceType, by_name: bool) -> Vec<String> {
        let places = template::undefined_placeholders(&need.arn);
        let mut filled = vec![need.arn.clone()];
        for (index, place) in places.iter().enumerate() {
            let last = index + 1 == places.len();
            let (texts, why) = self.value(place, by_name && last);
            if let Some(why) = why
                && !self.open.contains(&why)
            {
                self.open.push(why);
            }
            let texts = if filled.len().saturating_mul(texts.len()) > MOST {
                vec!["*".to_owned()]
            } else {
                texts
            };
            let mark = format!("${{{place}}}");
            filled = filled
                .iter()
                .flat_map(|arn| {
                    texts
                        .iter()
                        .map(|text| arn.replacen(&mark, &guarded(text), 1))
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        let options = self.call.options;
        let done = filled.iter().map(|arn| {
            let arn = template::fill(arn, options, &mut |name| format!("${{{name}}}"));
            arn.replace(GUARD, "${")
        });
        done.map(|arn| {
            if template::is_resource(&arn) {
                arn
            } else {
                "*".to_owned()
            }
        })
        .collect()
    }

    /// Whether an argument has a value for a placeholder.
    fn has(&self, place: &str, by_name: bool) -> bool {
        !matches!(
            self.found(place, by_name),
            None | Some((_, StaticValue::Absent))
        )
    }

    /// The values for a placeholder, and the reason if they are more than needed.
    fn value(&self, place: &str, by_name: bool) -> (Vec<String>, Option<String>) {
        let all = || vec!["*".to_owned()];
        if place == "TableName" {
            let tables = self.tables();
            if !tables.is_empty() {
                return (tables, None);
            }
        }
        let Some((name, given)) = self.found(place, by_name) else {
            return (all(), Some(format!("no argument names the `{place}`")));
        };
        match given {
            StaticValue::Computed => (
                all(),
                Some(format!("`{name}` is computed when the execution runs")),
            ),
            StaticValue::Absent => (all(), Some(format!("no argument names the `{place}`"))),
            StaticValue::Literal(text) if name == "KeyId" && text.starts_with("alias/") => (
                all(),
                Some(format!("the alias `{text}` does not name its key")),
            ),
            StaticValue::Literal(text)
                if name == "Name" && place.ends_with("WithoutLeadingSlash") =>
            {
                (vec![text.trim_start_matches('/').to_owned()], None)
            }
            StaticValue::Literal(text) => (vec![text], None),
        }
    }

    /// The argument for a placeholder, by name: the same name, the same except for `Name` and
    /// `Identifier`, or only `Name`.
    fn found(&self, place: &str, by_name: bool) -> Option<(String, StaticValue)> {
        let arguments = self.call.arguments;
        if arguments.0.is_none() {
            return Some((place.to_owned(), StaticValue::Computed));
        }
        let alias = match place {
            "BucketName" => Some("Bucket"),
            "ObjectName" => Some("Key"),
            "ParameterNameWithoutLeadingSlash" => Some("Name"),
            _ => None,
        };
        let same = |name: &&str| name.eq_ignore_ascii_case(place);
        let like = |name: &&str| {
            stem(name).is_some_and(|stem_of| {
                stem(place).is_some_and(|stem| stem.eq_ignore_ascii_case(stem_of))
            })
        };
        let name = alias
            .filter(|name| arguments.has(name))
            .or_else(|| arguments.names().find(same))
            .or_else(|| arguments.names().find(like))
            .or_else(|| {
                (by_name && place.ends_with("Name") && arguments.has("Name")).then_some("Name")
            })?;
        let given = arguments.get(name);
        match given {
            StaticValue::Literal(text) if text.is_empty() => None,
            given => Some((name.to_owned(), given)),
        }
    }

    /// The tables in DynamoDB's operations on several items.
    fn tables(&self) -> Vec<String> {
        let mut tables = Vec::new();
        let requests = self
            .call
            .arguments
            .0
            .and_then(|json| json.get("RequestItems"));
        let requests = requests.and_then(Json::as_object).into_iter().flatten();
        tables.extend(requests.map(|(name, _)| name.clone()));
        let of_action = match (self.operation, self.action) {
            ("TransactWriteItems", "dynamodb:PutItem") => Some("Put"),
            ("TransactWriteItems", "dynamodb:UpdateItem") => Some("Update"),
            ("TransactWriteItems", "dynamodb:DeleteItem") => Some("Delete"),
            ("TransactWriteItems", "dynamodb:ConditionCheckItem") => Some("ConditionCheck"),
            _ => None,
        };
        if let Some(kind) = of_action {
            let path = format!("TransactItems[].{kind}.TableName");
            let named = self.call.arguments.all(&path).into_iter();
            let named: Option<Vec<String>> = named
                .filter(|given| *given != StaticValue::Absent)
                .map(StaticValue::literal)
                .collect();
            match named {
                Some(named) => tables.extend(named),
                None => return Vec::new(),
            }
        } else if self
            .call
            .arguments
            .0
            .is_some_and(|json| json.get("TransactItems").is_some())
        {
            let mut computed = false;
            self.call
                .arguments
                .each(&mut |name, given| match (name, given) {
                    ("TableName", StaticValue::Literal(text)) => tables.push(text),
                    ("TableName", StaticValue::Computed) => computed = true,
                    _ => {}
                });
            if computed {
                return Vec::new();
            }
        }
        if tables
            .iter()
            .any(|name| name.ends_with(".$") || names::is_arn(name))
        {
            return Vec::new();
        }
        tables.sort_unstable();
        tables.dedup();
        tables
    }

    /// The copied object: `CopySource` is `bucket/key`.
    fn copied(&mut self) -> Vec<String> {
        let partition = &self.call.options.partition;
        if let StaticValue::Literal(source) = self.call.arguments.get("CopySource") {
            let source = source.trim_start_matches('/');
            let source = source.split("?versionId=").next().unwrap_or(source);
            if source.contains('/') {
                return vec![format!("arn:{partition}:s3:::{source}")];
            }
        }
        self.open
            .push("`CopySource` is not known before the execution runs".to_owned());
        vec![format!("arn:{partition}:s3:::*")]
    }
}

/// Whether an argument names the resource of a call by its ARN.
fn is_resource_name(name: &str) -> bool {
    matches!(name, "ResourceArn" | "ResourceARN" | "Arn")
}

/// Replaces the `${` of a user's placeholder while a template is filled in, so that it is not
/// replaced. No definition contains this text.
const GUARD: &str = "\u{1}{";

fn guarded(text: &str) -> String {
    text.replace("${", GUARD)
}

/// A name without the suffix `Name` or `Identifier`, if the remainder is not empty.
fn stem(name: &str) -> Option<&str> {
    let stem = name
        .strip_suffix("Name")
        .or_else(|| name.strip_suffix("Identifier"));
    let stem = stem.unwrap_or(name);
    (!stem.is_empty()).then_some(stem)
}
