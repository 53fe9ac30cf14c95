//! The kinds of resources that the permissions of integrations name.

use stepwright_asl::integrations::Permission;

use super::template;

/// How the arguments of a call name the resource of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedResource<'p> {
    /// A Lambda function by its name, ARN or partial ARN, with an optional qualifier.
    Function,
    /// An SQS queue by its URL.
    Queue,
    /// An ECS task definition by its family, revision or ARN.
    TaskDefinition,
    /// The executions of a state machine by the machine's ARN.
    Executions,
    /// A model of Bedrock by its identifier or ARN.
    Model,
    /// A CodeBuild project by the ids of its builds.
    Project,
    /// A CodeBuild report group by the ARNs of its reports.
    ReportGroup,
    /// An object in S3 by its URI.
    ObjectOfUri,
    /// A bucket in S3, and the objects in it: the template of the ARN.
    Bucket(&'p str),
    /// An API of API Gateway by its endpoint.
    Api,
    /// The secret of an EventBridge connection.
    Secret,
    /// An EventBridge connection.
    Connection,
    /// The arguments do not name the resource.
    Fixed,
    /// A resource whose ARN contains the arguments as they are.
    Other,
}

impl<'p> NamedResource<'p> {
    pub(super) fn of(permission: &'p Permission) -> NamedResource<'p> {
        let template = permission.resources.first().copied().unwrap_or_default();
        let mut places = template::undefined_placeholders(template).into_iter();
        let named = places.find_map(|place| NamedResource::of_place(place, template));
        match named {
            Some(kind) => kind,
            None if template.contains("secret:events!connection/") => NamedResource::Secret,
            None if permission.parameter.is_none() => NamedResource::Fixed,
            None => NamedResource::Other,
        }
    }

    /// The kind by a place in the template of its ARN, as the table of integrations calls it.
    fn of_place(place: &str, template: &'p str) -> Option<NamedResource<'p>> {
        Some(match place {
            "functionArn" => NamedResource::Function,
            "queueName" => NamedResource::Queue,
            "family" => NamedResource::TaskDefinition,
            "stateMachineName" => NamedResource::Executions,
            "ModelId" | "BaseModelIdentifier" => NamedResource::Model,
            "projectOf(Id)" | "projectOf(Ids[])" => NamedResource::Project,
            "reportGroupOf(ReportArns[])" => NamedResource::ReportGroup,
            "Input.S3Uri" | "Output.S3Uri" => NamedResource::ObjectOfUri,
            "Bucket" => NamedResource::Bucket(template),
            "apiId" => NamedResource::Api,
            "connectionArn" => NamedResource::Connection,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stepwright_asl::integrations::optimized;

    #[test]
    fn each_computed_field_in_the_table_has_a_resource_kind() {
        // These names are not parameters of a call. Without a kind, `*` would replace them without
        // a warning.
        let computed = |place: &str| place.contains('(') || place.starts_with(char::is_lowercase);
        let general = ["partition", "region", "account", "stateMachineArn"];
        for permission in optimized().iter().flat_map(|action| &action.permissions) {
            let template = permission.resources.first().copied().unwrap_or_default();
            let places = template::undefined_placeholders(template);
            let is_computed = places
                .iter()
                .any(|place| computed(place) && !general.contains(place));
            if is_computed && permission.parameter.is_some() {
                let kind = NamedResource::of(permission);
                assert_ne!(kind, NamedResource::Other, "{template}");
            }
        }
    }
}
