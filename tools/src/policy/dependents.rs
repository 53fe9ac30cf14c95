//! Additional permissions of AWS SDK calls that depend on their arguments.

use std::collections::BTreeSet;

use stepwright_asl::json::Json;
use stepwright_asl::words;

use super::arguments::StaticValue;
use super::call::{PolicyCall, is_or_are, shown};
use super::grants::Grants;
use super::warning::WarningKind;
use super::{names, template};

/// Additional actions of some operations.
struct DependentRule {
    /// The services of the SDK.
    services: &'static [&'static str],
    /// The operations; empty for all operations of the services.
    operations: &'static [&'static str],
    when: ArgumentCondition,
    actions: &'static [&'static str],
    on: DependentResources,
}

/// The arguments with which an operation needs additional actions. Paths may contain lists:
/// `Sources[].S3Location.Uri`.
enum ArgumentCondition {
    /// One of the arguments is present.
    Given(&'static [&'static str]),
    /// The argument has this value.
    Is(&'static str, &'static str),
    /// The first argument is present, and the second is not.
    Without(&'static str, &'static str),
}

/// The resources of the additional actions.
enum DependentResources {
    /// Every `S3Object` in the arguments, on all levels, with its version if given.
    S3Objects,
    /// The objects of a bucket whose keys begin with an argument.
    Below(&'static str, &'static str),
    /// A bucket.
    Bucket(&'static str),
    /// The object at a URI: `s3://bucket/key`, `https://s3.eu-west-1.amazonaws.com/bucket/key`.
    Uri(&'static str),
    /// The objects below a URI.
    BelowUri(&'static str),
    /// The object of the call: `Bucket` and `Key`.
    Object,
    /// The resource of an ARN.
    Arn(&'static str),
    /// Secrets by their names or ARNs.
    Secret(&'static str),
    /// Models of Bedrock by their ids or ARNs.
    Model(&'static str),
    /// Inference profiles of Bedrock, if the argument names one.
    Profile(&'static str),
    /// A knowledge base of Bedrock by its id.
    KnowledgeBase(&'static str),
    /// `*`: the actions have no resources.
    All,
}

use ArgumentCondition::{Given as Has, Is, Without};
use DependentResources::{
    All, Arn, Below, BelowUri, Bucket, KnowledgeBase, Model, Object, Profile, S3Objects, Secret,
    Uri,
};

const RAG: &[&str] = &["RetrieveAndGenerate", "RetrieveAndGenerateStream"];
const RAG_BASE: &str =
    "RetrieveAndGenerateConfiguration.KnowledgeBaseConfiguration.KnowledgeBaseId";
const RAG_MODEL: &str = "RetrieveAndGenerateConfiguration.KnowledgeBaseConfiguration.ModelArn";
const RAG_OTHER: &str = "RetrieveAndGenerateConfiguration.ExternalSourcesConfiguration.ModelArn";
const RAG_SOURCE: &str =
    "RetrieveAndGenerateConfiguration.ExternalSourcesConfiguration.Sources[].S3Location.Uri";
/// Operations that write an object.
const WRITES: &[&str] = &["PutObject", "CopyObject", "CreateMultipartUpload"];

/// Sources: the pages of the operations in the services' API references and the IAM pages of their
/// guides, read in November 2026: Rekognition and Textract ("S3Object"), Transcribe
/// (`security_iam_id-based-policy-examples`), Polly (`asynchronous-iam`), Translate
/// (`TranslateText`), RDS data API (`data-api`), Redshift data API (`data-api-access`), Secrets
/// Manager (`BatchGetSecretValue`), DynamoDB (`S3DataExport_Requesting`,
/// `S3DataImport.Requesting`), S3 (`using-with-s3-policy-actions`), Bedrock
/// (`RetrieveAndGenerate`).
#[rustfmt::skip]
const RULES: &[DependentRule] = &[
    rule(&["rekognition", "textract"], &[], Has(&["S3Object"]), &["s3:GetObject"], S3Objects),
    rule(&["textract"], &[], Has(&["OutputConfig.S3Bucket"]), &["s3:PutObject"], Below("OutputConfig.S3Bucket", "OutputConfig.S3Prefix")),
    rule(&["transcribe"], &[], Without("Media.MediaFileUri", "JobExecutionSettings.DataAccessRoleArn"), &["s3:GetObject"], Uri("Media.MediaFileUri")),
    rule(&["transcribe"], &[], Has(&["Media.RedactedMediaFileUri"]), &["s3:GetObject"], Uri("Media.RedactedMediaFileUri")),
    rule(&["transcribe"], &[], Has(&["VocabularyFileUri"]), &["s3:GetObject"], Uri("VocabularyFileUri")),
    rule(&["transcribe"], &[], Has(&["VocabularyFilterFileUri"]), &["s3:GetObject"], Uri("VocabularyFilterFileUri")),
    rule(&["transcribe"], &[], Has(&["OutputBucketName"]), &["s3:PutObject"], Below("OutputBucketName", "OutputKey")),
    rule(&["transcribe"], &["StartCallAnalyticsJob"], Has(&["OutputLocation"]), &["s3:PutObject"], BelowUri("OutputLocation")),
    rule(&["polly"], &["StartSpeechSynthesisTask"], Has(&["OutputS3BucketName"]), &["s3:PutObject"], Below("OutputS3BucketName", "OutputS3KeyPrefix")),
    rule(&["polly"], &["StartSpeechSynthesisTask"], Has(&["SnsTopicArn"]), &["sns:Publish"], Arn("SnsTopicArn")),
    rule(&["translate"], &["TranslateText", "TranslateDocument"], Is("SourceLanguageCode", "auto"), &["comprehend:DetectDominantLanguage"], All),
    rule(&["rdsdata"], &[], Has(&["SecretArn"]), &["secretsmanager:GetSecretValue"], Secret("SecretArn")),
    rule(&["rdsdata"], &["ExecuteSql"], Has(&["AwsSecretStoreArn"]), &["secretsmanager:GetSecretValue"], Secret("AwsSecretStoreArn")),
    rule(&["redshiftdata"], &[], Has(&["SecretArn"]), &["secretsmanager:GetSecretValue"], Secret("SecretArn")),
    rule(&["secretsmanager"], &["BatchGetSecretValue"], Has(&["SecretIdList[]"]), &["secretsmanager:GetSecretValue"], Secret("SecretIdList[]")),
    rule(&["secretsmanager"], &["BatchGetSecretValue"], Has(&["Filters"]), &["secretsmanager:GetSecretValue"], Secret("Filters")),
    rule(&["secretsmanager"], &["BatchGetSecretValue"], Has(&["Filters"]), &["secretsmanager:ListSecrets"], All),
    rule(&["dynamodb"], &["ExportTableToPointInTime"], Has(&["S3Bucket"]), &["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"], Below("S3Bucket", "S3Prefix")),
    rule(&["dynamodb"], &["ImportTable"], Has(&["S3BucketSource.S3Bucket"]), &["s3:GetObject"], Below("S3BucketSource.S3Bucket", "S3BucketSource.S3KeyPrefix")),
    rule(&["dynamodb"], &["ImportTable"], Has(&["S3BucketSource.S3Bucket"]), &["s3:ListBucket"], Bucket("S3BucketSource.S3Bucket")),
    rule(&["s3"], WRITES, Has(&["Tagging"]), &["s3:PutObjectTagging"], Object),
    rule(&["s3"], WRITES, Has(&["ACL", "Acl", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantReadAcp", "GrantWriteACP", "GrantWriteAcp"]), &["s3:PutObjectAcl"], Object),
    rule(&["s3"], WRITES, Has(&["ObjectLockMode", "ObjectLockRetainUntilDate"]), &["s3:PutObjectRetention"], Object),
    rule(&["s3"], WRITES, Has(&["ObjectLockLegalHoldStatus"]), &["s3:PutObjectLegalHold"], Object),
    rule(&["bedrockagentruntime"], RAG, Has(&[RAG_BASE]), &["bedrock:Retrieve"], KnowledgeBase(RAG_BASE)),
    rule(&["bedrockagentruntime"], RAG, Has(&[RAG_MODEL]), &["bedrock:InvokeModel"], Model(RAG_MODEL)),
    rule(&["bedrockagentruntime"], RAG, Has(&[RAG_MODEL]), &["bedrock:GetInferenceProfile"], Profile(RAG_MODEL)),
    rule(&["bedrockagentruntime"], RAG, Has(&[RAG_OTHER]), &["bedrock:InvokeModel"], Model(RAG_OTHER)),
    rule(&["bedrockagentruntime"], RAG, Has(&[RAG_OTHER]), &["bedrock:GetInferenceProfile"], Profile(RAG_OTHER)),
    rule(&["bedrockagentruntime"], RAG, Has(&[RAG_SOURCE]), &["s3:GetObject"], Uri(RAG_SOURCE)),
];

const fn rule(
    services: &'static [&'static str],
    operations: &'static [&'static str],
    when: ArgumentCondition,
    actions: &'static [&'static str],
    on: DependentResources,
) -> DependentRule {
    DependentRule {
        services,
        operations,
        when,
        actions,
        on,
    }
}

fn rules(service: &str, operation: &str) -> impl Iterator<Item = &'static DependentRule> {
    RULES.iter().filter(move |rule| {
        rule.services.contains(&service)
            && (rule.operations.is_empty() || rule.operations.contains(&operation))
    })
}

/// Whether a rule determines if an operation needs an action.
pub(super) fn decides(service: &str, operation: &str, action: &str) -> bool {
    rules(service, operation).any(|rule| rule.actions.contains(&action))
}

/// The S3 actions that a call with an object version needs instead of those for the current
/// version.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>, and the pages of
/// the other operations.
pub(super) fn of_version(call: &PolicyCall<'_>, operation: &str) -> Option<Vec<String>> {
    let (path, current, version): (_, &[&str], &[&str]) = match operation {
        "GetObject" | "HeadObject" => ("VersionId", &["GetObject"], &["GetObjectVersion"]),
        "DeleteObject" => ("VersionId", &["DeleteObject"], &["DeleteObjectVersion"]),
        "DeleteObjects" => (
            "Delete.Objects[].VersionId",
            &["DeleteObject"],
            &["DeleteObject", "DeleteObjectVersion"],
        ),
        "GetObjectTagging" => (
            "VersionId",
            &["GetObjectTagging"],
            &["GetObjectVersionTagging"],
        ),
        "PutObjectTagging" => (
            "VersionId",
            &["PutObjectTagging"],
            &["PutObjectVersionTagging"],
        ),
        "DeleteObjectTagging" => (
            "VersionId",
            &["DeleteObjectTagging"],
            &["DeleteObjectVersionTagging"],
        ),
        "GetObjectAcl" => ("VersionId", &["GetObjectAcl"], &["GetObjectVersionAcl"]),
        "PutObjectAcl" => ("VersionId", &["PutObjectAcl"], &["PutObjectVersionAcl"]),
        "GetObjectAttributes" => (
            "VersionId",
            &["GetObject", "GetObjectAttributes"],
            &["GetObjectVersion", "GetObjectVersionAttributes"],
        ),
        "CopyObject" | "UploadPartCopy" => {
            let source = call.arguments.get("CopySource").literal()?;
            return source
                .contains("?versionId=")
                .then(|| vec!["s3:GetObjectVersion".to_owned(), "s3:PutObject".to_owned()]);
        }
        _ => return None,
    };
    let given = call.arguments.all(path);
    let has_version = given.iter().any(|one| *one != StaticValue::Absent);
    // Either may be needed if the arguments are computed as a whole.
    let both = call.arguments.0.is_none() || is_open(call, path);
    let names: Vec<&str> = match (both, has_version) {
        (true, _) => current.iter().chain(version).copied().collect(),
        (false, true) => version.to_vec(),
        (false, false) if current.len() > 1 => current.to_vec(),
        (false, false) => return None,
    };
    let mut actions: Vec<String> = names.iter().map(|name| format!("s3:{name}")).collect();
    actions.sort_unstable();
    actions.dedup();
    Some(actions)
}

/// Allows the actions that a call needs because of its arguments.
pub(super) fn allow(call: &PolicyCall<'_>, service: &str, operation: &str, grants: &mut Grants) {
    let mut unseen: Vec<(&str, &str)> = Vec::new();
    for rule in rules(service, operation) {
        if let S3Objects = rule.on {
            s3_objects(call, rule.actions, grants, &mut unseen);
            continue;
        }
        match applies(call, &rule.when) {
            ConditionResult::No => {}
            ConditionResult::Unseen(path) => {
                unseen.extend(rule.actions.iter().map(|action| (*action, path)))
            }
            ConditionResult::Yes(open) => {
                let mut open: Vec<&'static str> = open.into_iter().collect();
                let resources = resources(call, &rule.on, &mut open);
                if resources.is_empty() {
                    continue;
                }
                warn_open(call, rule.actions, &resources, &open, grants);
                grants.allow(rule.actions.iter().copied(), resources, None);
            }
        }
    }
    if !unseen.is_empty() {
        let actions: BTreeSet<&str> = unseen.iter().map(|(action, _)| *action).collect();
        let actions: Vec<&str> = actions.into_iter().collect();
        let paths: BTreeSet<String> = unseen.iter().map(|(_, path)| format!("`{path}`")).collect();
        let paths: Vec<String> = paths.into_iter().collect();
        let message = format!(
            "{} may be needed, because the definition does not show {} of `{service}:{operation}`; add the missing permissions yourself",
            shown(&actions),
            paths.join(", "),
        );
        call.warn(WarningKind::NotVisible, message, grants);
    }
}

fn warn_open(
    call: &PolicyCall<'_>,
    actions: &[&str],
    resources: &[String],
    open: &[&str],
    grants: &mut Grants,
) {
    if open.is_empty() {
        return;
    }
    let names: Vec<String> = open.iter().map(|path| format!("`{path}`")).collect();
    let (names, verb) = (names.join(" and "), is_or_are(open));
    let why = format!("{names} {verb} not known before the execution runs");
    call.warn_of_wider(actions, resources, &why, grants);
}

enum ConditionResult {
    No,
    /// Yes, depending on the value of this computed argument.
    Yes(Option<&'static str>),
    /// The argument may be in a value that is computed as a whole.
    Unseen(&'static str),
}

fn applies(call: &PolicyCall<'_>, when: &ArgumentCondition) -> ConditionResult {
    let given = |path: &'static str| -> ConditionResult {
        if is_open(call, path) {
            return ConditionResult::Unseen(path);
        }
        let found = call.arguments.all(path);
        if found.iter().all(|one| *one == StaticValue::Absent) {
            ConditionResult::No
        } else {
            ConditionResult::Yes(None)
        }
    };
    match when {
        Has(paths) => {
            let mut unseen = ConditionResult::No;
            for path in *paths {
                match given(path) {
                    ConditionResult::No => {}
                    yes @ ConditionResult::Yes(_) => return yes,
                    ConditionResult::Unseen(path) => unseen = ConditionResult::Unseen(path),
                }
            }
            unseen
        }
        Without(path, other) => match given(other) {
            ConditionResult::Yes(_) => ConditionResult::No,
            _ => given(path),
        },
        Is(path, value) => match call.arguments.get(path) {
            _ if is_open(call, path) => ConditionResult::Unseen(path),
            StaticValue::Literal(text) if text == *value => ConditionResult::Yes(None),
            StaticValue::Computed => ConditionResult::Yes(Some(path)),
            _ => ConditionResult::No,
        },
    }
}

/// Whether an argument may be in a value that is computed as a whole.
fn is_open(call: &PolicyCall<'_>, path: &str) -> bool {
    let Some(json) = call.arguments.0 else {
        return true;
    };
    if !matches!(json, Json::Object(_)) {
        return true;
    }
    let mut before = path;
    while let Some((above, _)) = before.rsplit_once('.') {
        before = above;
        let above = above.trim_end_matches("[]");
        let found = call.arguments.all(above);
        // An object is neither a string nor absent, so it counts as computed: check whether it is
        // an object.
        let is_object = objects(json, above);
        if found.contains(&StaticValue::Computed) && !is_object {
            return true;
        }
    }
    false
}

/// Whether each value at a path is an object.
fn objects(json: &Json, path: &str) -> bool {
    let mut found = vec![json];
    for name in path.split('.') {
        let name = name.trim_end_matches("[]");
        let mut next = Vec::new();
        let mut open = found;
        while let Some(json) = open.pop() {
            match json {
                Json::Array(items) => open.extend(items),
                Json::Object(members) => next.extend(members.get(name)),
                _ => {}
            }
        }
        found = next;
    }
    let mut open = found;
    let mut any = false;
    while let Some(json) = open.pop() {
        match json {
            Json::Array(items) => open.extend(items),
            Json::Object(_) => any = true,
            _ => return false,
        }
    }
    any
}

/// The resources of a rule. Unknown arguments are added to `open`.
fn resources(
    call: &PolicyCall<'_>,
    target: &DependentResources,
    open: &mut Vec<&'static str>,
) -> Vec<String> {
    let options = call.options;
    let partition = &options.partition;
    let s3 = |rest: String| vec![format!("arn:{partition}:s3:::{rest}")];
    // Converts each value of an argument to resources, or returns all resources of its type.
    let mut each = |path: &'static str, all: &str, make: &dyn Fn(&str) -> Option<Vec<String>>| {
        let mut found = Vec::new();
        for given in call.arguments.all(path) {
            let made = match given {
                StaticValue::Absent => continue,
                StaticValue::Literal(text) => make(&text).filter(|arns| {
                    !arns.is_empty() && arns.iter().all(|arn| template::is_resource(arn))
                }),
                StaticValue::Computed => None,
            };
            match made {
                Some(arns) => found.extend(arns),
                None => {
                    if !open.contains(&path) {
                        open.push(path);
                    }
                    found.push(all.to_owned());
                }
            }
        }
        found
    };
    let all_objects = format!("arn:{partition}:s3:::*");
    match *target {
        All => vec!["*".to_owned()],
        S3Objects => Vec::new(),
        Arn(path) => each(path, "*", &|text| Some(vec![text.to_owned()])),
        Secret(path) => {
            let all = options.arn("secretsmanager", "secret:*");
            each(path, &all, &|text| Some(vec![names::secret(text, options)]))
        }
        Model(path) => each(path, "*", &|text| Some(names::models(text, options))),
        Profile(path) => {
            let all = options.arn("bedrock", "inference-profile/*");
            let mut found = each(path, &all, &|text| {
                let models = names::models(text, options);
                let is_profile = |arn: &String| arn.contains("inference-profile/");
                let profiles: Vec<String> = models.into_iter().filter(is_profile).collect();
                // A foundation model has no profile: `*` marks it, and is removed below.
                Some(if profiles.is_empty() {
                    vec!["*".to_owned()]
                } else {
                    profiles
                })
            });
            found.retain(|arn| arn != "*");
            found
        }
        KnowledgeBase(path) => {
            let all = options.arn("bedrock", "knowledge-base/*");
            each(path, &all, &|text| {
                Some(vec![
                    options.arn("bedrock", &format!("knowledge-base/{text}")),
                ])
            })
        }
        Uri(path) => each(path, &all_objects, &|text| Some(s3(object_of_uri(text)?))),
        BelowUri(path) => each(path, &all_objects, &|text| {
            let object = object_of_uri(text)?;
            let object = object.trim_end_matches('*');
            let slash = if object.contains('/') { "" } else { "/" };
            Some(s3(format!("{object}{slash}*")))
        }),
        Bucket(path) => each(path, &all_objects, &|text| Some(s3(text.to_owned()))),
        Below(bucket, key) => {
            let key = known(call, key, open).unwrap_or_default();
            below(call, bucket, &format!("{key}*"), open)
        }
        Object => {
            let key = known(call, "Key", open);
            below(call, "Bucket", &key.unwrap_or_else(|| "*".to_owned()), open)
        }
    }
}

/// The string of an argument; `None` if it is absent or computed. A computed one is added to
/// `open`.
fn known(
    call: &PolicyCall<'_>,
    path: &'static str,
    open: &mut Vec<&'static str>,
) -> Option<String> {
    match call.arguments.get(path) {
        StaticValue::Literal(text) => Some(text),
        StaticValue::Computed => {
            open.push(path);
            None
        }
        StaticValue::Absent => None,
    }
}

/// The objects of a bucket that an argument names.
fn below(
    call: &PolicyCall<'_>,
    bucket: &'static str,
    key: &str,
    open: &mut Vec<&'static str>,
) -> Vec<String> {
    let partition = &call.options.partition;
    let name = known(call, bucket, open);
    match name {
        Some(name) if names::is_arn(&name) => vec![format!("{name}/object/{key}")],
        Some(name) if !name.is_empty() => vec![format!("arn:{partition}:s3:::{name}/{key}")],
        _ => vec![format!("arn:{partition}:s3:::*")],
    }
}

/// Extracts `bucket/key` from an S3 URI.
fn object_of_uri(uri: &str) -> Option<String> {
    if let Some(object) = uri.strip_prefix("s3://") {
        return (!object.is_empty()).then(|| object.to_owned());
    }
    let (host, path) = uri.strip_prefix("https://")?.split_once('/')?;
    if !host.contains(".amazonaws.com") {
        return None;
    }
    if host.starts_with("s3.") || host.starts_with("s3-") {
        return Some(path.to_owned());
    }
    let bucket = host.find(".s3.").or_else(|| host.find(".s3-"))?;
    Some(format!("{}/{path}", &host[..bucket]))
}

/// The names of arguments that can contain an `S3Object`.
const WITH_S3_OBJECT: &[&str] = words![
    Image SourceImage TargetImage Video Document DocumentLocation DocumentPages GroundTruthManifest
];

/// Allows reading the S3 objects with images, videos and documents.
fn s3_objects(
    call: &PolicyCall<'_>,
    actions: &'static [&'static str],
    grants: &mut Grants,
    unseen: &mut Vec<(&str, &str)>,
) {
    let Some(json) = call
        .arguments
        .0
        .filter(|json| matches!(json, Json::Object(_)))
    else {
        unseen.extend(actions.iter().map(|action| (*action, "S3Object")));
        return;
    };
    let partition = &call.options.partition;
    let mut open = vec![json];
    while let Some(json) = open.pop() {
        let members = match json {
            Json::Array(items) => {
                open.extend(items);
                continue;
            }
            Json::Object(members) => members,
            _ => continue,
        };
        for (name, member) in members {
            let bare = name.strip_suffix(".$");
            let is_computed = bare.is_some()
                || matches!(member, Json::String(text) if stepwright_asl::jsonata::strip(text).is_some());
            let bare = bare.unwrap_or(name);
            if is_computed {
                if let Some(known) = WITH_S3_OBJECT.iter().find(|known| **known == bare) {
                    unseen.extend(actions.iter().map(|action| (*action, *known)));
                } else if bare == "S3Object" {
                    unseen.extend(actions.iter().map(|action| (*action, "S3Object")));
                }
            } else if bare == "S3Object" {
                let object = super::arguments::CallArguments(Some(member));
                let bucket = object.get("Bucket").literal();
                let key = object.get("Name").literal();
                let mut missing = Vec::new();
                if bucket.is_none() {
                    missing.push("S3Object.Bucket");
                }
                if key.is_none() {
                    missing.push("S3Object.Name");
                }
                let resource = match bucket {
                    Some(bucket) => format!("{bucket}/{}", key.as_deref().unwrap_or("*")),
                    None => "*".to_owned(),
                };
                let resources = [format!("arn:{partition}:s3:::{resource}")];
                let mut needed = actions.to_vec();
                if object.has("Version") {
                    needed.push("s3:GetObjectVersion");
                }
                warn_open(call, &needed, &resources, &missing, grants);
                grants.allow(needed, resources, None);
            } else {
                open.push(member);
            }
        }
    }
}
