//! Derives ARNs from the names of resources in definitions.

use stepwright_asl::placeholder;

use super::options::PolicyOptions;
use super::partition;

/// Splits a text at colons, except inside `${AWS::Region}` and the like.
pub(super) fn parts(text: &str) -> Vec<&str> {
    split(text, ':')
}

/// Splits a text at a character, except inside `${AWS::Region}` and the like.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut from, mut inside) = (Vec::new(), 0, false);
    for (at, char) in text.char_indices() {
        match char {
            '{' if text[..at].ends_with('$') => inside = true,
            '}' => inside = false,
            _ if char == separator && !inside => {
                parts.push(&text[from..at]);
                from = at + char.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// Whether a text is an ARN with all its parts.
pub(super) fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && parts(text).len() >= 6
}

/// Whether a text is an ARN, or a placeholder whose name indicates an ARN: `${TopicArn}`.
pub(super) fn stands_for_arn(text: &str) -> bool {
    is_arn(text)
        || placeholder::whole(text).is_some_and(|name| has_end(name, "arn"))
        || is_whole_reference(text)
}

/// Whether a text consists of a single placeholder for a resource that templates mostly reference
/// by its ARN.
pub(super) fn is_address(text: &str) -> bool {
    let is_name = |name: &str| ["name", "family"].iter().any(|end| has_end(name, end));
    placeholder::whole(text).is_some_and(|name| !is_name(name)) || is_whole_reference(text)
}

/// `${Function.Arn}`, `${aws_lambda_function.charge.arn}` and `${module.charge.function_arn}`,
/// which are not placeholders of `DefinitionSubstitutions`.
fn is_whole_reference(text: &str) -> bool {
    let inner = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    let is_arn = |inner: &str| [".arn", "_arn"].iter().any(|end| has_end(inner, end));
    inner.is_some_and(|inner| !inner.contains(['{', '}']) && is_arn(inner))
}

fn has_end(text: &str, end: &str) -> bool {
    let at = text.len().checked_sub(end.len());
    at.and_then(|at| text.get(at..))
        .is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// The ARNs of a function, given its name, `name:qualifier`, a partial ARN or an ARN. Without a
/// qualifier the result covers all of them: Lambda's permission for the unqualified function covers
/// calls of `$LATEST`, `:*` covers calls of its versions and aliases.
pub(super) fn function(
    text: &str,
    qualifier: Option<&str>,
    options: &PolicyOptions,
) -> Vec<String> {
    let (base, own) = if is_address(text) {
        (text.to_owned(), None)
    } else {
        let parts = parts(text);
        let at = parts.iter().position(|part| *part == "function");
        let (head, tail) = match at {
            Some(at) => (&parts[..at], &parts[at + 1..]),
            None => (&parts[..0], &parts[..]),
        };
        let name = tail.first().copied().unwrap_or_default();
        let head = match head {
            ["arn", ..] => head.join(":"),
            [.., account] => format!(
                "arn:{}:lambda:{}:{account}",
                options.partition, options.region
            ),
            [] => options.arn("lambda", "").trim_end_matches(':').to_owned(),
        };
        (format!("{head}:function:{name}"), tail.get(1).copied())
    };
    match qualifier.or(own) {
        Some(qualifier) => vec![format!("{base}:{qualifier}")],
        None => vec![format!("{base}:*"), base],
    }
}

/// The ARN of a queue, given its URL: `https://sqs.<region>.amazonaws.com/<account>/<name>`.
pub(super) fn queue(url: &str, options: &PolicyOptions) -> Option<String> {
    if stands_for_arn(url) {
        return Some(url.to_owned());
    }
    // Terraform knows the ARN of a queue whose URL it knows.
    if let Some(of_queue) = url.strip_prefix("${aws_sqs_queue.") {
        let (name, _) = [".url}", ".id}"]
            .iter()
            .find_map(|attribute| of_queue.split_once(attribute))
            .filter(|(name, rest)| !name.contains('}') && rest.is_empty())?;
        return Some(format!("${{aws_sqs_queue.{name}.arn}}"));
    }
    let (_, rest) = url.split_once("://")?;
    let mut segments = rest.split('/');
    let (host, account, name) = (segments.next()?, segments.next()?, segments.next()?);
    if account.is_empty() || name.is_empty() {
        return None;
    }
    let region = match host.split('.').collect::<Vec<_>>().as_slice() {
        ["sqs" | "sqs-fips", region, ..] => *region,
        [region, "queue", ..] => *region,
        _ => &options.region,
    };
    let partition = partition::of_host(host).unwrap_or(&options.partition);
    Some(format!("arn:{partition}:sqs:{region}:{account}:{name}"))
}

/// The ARN of a task definition, given its family, `family:revision` or an ARN. Without a revision,
/// the ARN covers all revisions, because the newest one runs.
pub(super) fn task_definition(text: &str, options: &PolicyOptions) -> String {
    if is_address(text) {
        return text.to_owned();
    }
    if !is_arn(text) {
        let revision = if parts(text).len() == 1 { ":*" } else { "" };
        return options.arn("ecs", &format!("task-definition/{text}{revision}"));
    }
    match parts(text).len() {
        6 => format!("{text}:*"),
        _ => text.to_owned(),
    }
}

/// The execution ARNs of a state machine, given its ARN with or without a version or alias; `None`
/// if the ARN does not contain its name.
pub(super) fn executions(machine: &str) -> Option<String> {
    match parts(machine).as_slice() {
        [
            "arn",
            partition,
            "states",
            region,
            account,
            "stateMachine",
            name,
            ..,
        ] => Some(format!(
            "arn:{partition}:states:{region}:{account}:execution:{name}:*"
        )),
        _ => None,
    }
}

/// The secret in which an EventBridge connection stores its credentials; `None` if the ARN does not
/// contain its name.
pub(super) fn connection_secret(connection: &str) -> Option<String> {
    let parts = parts(connection);
    let ["arn", partition, "events", region, account, resource] = parts.as_slice() else {
        return None;
    };
    let name = resource.strip_prefix("connection/")?.split('/').next()?;
    Some(format!(
        "arn:{partition}:secretsmanager:{region}:{account}:secret:events!connection/{name}/*"
    ))
}

/// The models that a Bedrock call needs: a foundation model by its id, an ARN unchanged, or an
/// inference profile with its model in each region.
pub(super) fn models(text: &str, options: &PolicyOptions) -> Vec<String> {
    let partition = &options.partition;
    let foundation = |model: &str| format!("arn:{partition}:bedrock:*::foundation-model/{model}");
    let of_profile = |profile: &str| {
        let (area, model) = profile.split_once('.')?;
        let is_area = matches!(
            area,
            "us" | "eu" | "apac" | "us-gov" | "ca" | "jp" | "au" | "sa" | "global"
        );
        is_area.then(|| foundation(model))
    };
    if stands_for_arn(text) {
        let profile = text.split_once(":inference-profile/");
        let model = profile.and_then(|(_, profile)| of_profile(profile));
        return [text.to_owned()].into_iter().chain(model).collect();
    }
    match of_profile(text) {
        Some(model) => vec![
            options.arn("bedrock", &format!("inference-profile/{text}")),
            model,
        ],
        None => vec![format!(
            "arn:{partition}:bedrock:{}::foundation-model/{text}",
            options.region
        )],
    }
}

/// The ARN of a secret, given its name: Secrets Manager appends six characters.
pub(super) fn secret(text: &str, options: &PolicyOptions) -> String {
    if stands_for_arn(text) {
        return text.to_owned();
    }
    options.arn("secretsmanager", &format!("secret:{text}-??????"))
}

/// Whether an argument with this name is a role.
pub(super) fn is_role(name: &str) -> bool {
    ["Role", "RoleArn", "RoleARN"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Whether a text is the ARN of a role.
pub(super) fn is_role_arn(text: &str) -> bool {
    text.contains(":role/") && is_arn(text)
}
