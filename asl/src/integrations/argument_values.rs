//! Values of arguments of the integrations that call no API with a model.

use crate::json::{Json, Object};
use crate::substitution::is_substitution;

/// An argument, by the integration and its path, and what AWS documents about its value.
struct ArgumentRule {
    integration: &'static str,
    path: &'static [&'static str],
    value: ValueRule,
}

/// The values that an argument accepts.
#[derive(Clone, Copy)]
enum ValueRule {
    /// One of these words.
    Word(&'static [&'static str]),
    /// An object with these members.
    Members(&'static [&'static str]),
    /// An object with any members.
    Object,
    /// An object without these headers. `is_refused` is whether AWS refuses the definition.
    Headers {
        forbidden: &'static [&'static str],
        is_refused: bool,
    },
    /// A URL with `https://`.
    Url,
    /// The name of a host.
    Host,
    /// The ARN of a connection of EventBridge.
    Connection,
}

/// Methods of HTTP tasks and of API Gateway.
const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];
/// Methods of the API of a Kubernetes cluster.
const CLUSTER_METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"];
/// Headers that fail an HTTP task. `*` is any text. The page does not list `authorization`, which
/// the connection sets.
const HTTP_HEADERS: &[&str] = &[
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
    "x-forwarded-*",
    "x-amz-*",
    "x-amzn-*",
];
/// Headers with which AWS refuses a call of API Gateway.
const GATEWAY_HEADERS: &[&str] = &[
    "authorization",
    "connection",
    "content-md5",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "transfer-encoding",
    "trailer",
    "upgrade",
    "via",
    "www-authenticate",
    "x-forwarded*",
    "x-amz*",
    "x-amzn*",
];

/// Sources: <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html> and
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html>.
const RULES: &[ArgumentRule] = &[
    of("http:invoke", &["ApiEndpoint"], ValueRule::Url),
    of("http:invoke", &["Method"], ValueRule::Word(METHODS)),
    of(
        "http:invoke",
        &["Authentication"],
        ValueRule::Members(&["ConnectionArn"]),
    ),
    of(
        "http:invoke",
        &["Authentication", "ConnectionArn"],
        ValueRule::Connection,
    ),
    of(
        "http:invoke",
        &["InvocationConfig", "ConnectionArn"],
        ValueRule::Connection,
    ),
    of(
        "http:invoke",
        &["Headers"],
        ValueRule::Headers {
            forbidden: HTTP_HEADERS,
            is_refused: false,
        },
    ),
    of("http:invoke", &["QueryParameters"], ValueRule::Object),
    of(
        "http:invoke",
        &["Transform"],
        ValueRule::Members(&["RequestBodyEncoding", "RequestEncodingOptions"]),
    ),
    of(
        "http:invoke",
        &["Transform", "RequestBodyEncoding"],
        ValueRule::Word(&["NONE", "URL_ENCODED"]),
    ),
    of(
        "http:invoke",
        &["Transform", "RequestEncodingOptions"],
        ValueRule::Members(&["ArrayFormat"]),
    ),
    of(
        "http:invoke",
        &["Transform", "RequestEncodingOptions", "ArrayFormat"],
        ValueRule::Word(&["INDICES", "REPEAT", "COMMAS", "BRACKETS"]),
    ),
    of("apigateway:invoke", &["ApiEndpoint"], ValueRule::Host),
    of("apigateway:invoke", &["Method"], ValueRule::Word(METHODS)),
    of(
        "apigateway:invoke",
        &["AuthType"],
        ValueRule::Word(&["NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"]),
    ),
    of(
        "apigateway:invoke",
        &["Headers"],
        ValueRule::Headers {
            forbidden: GATEWAY_HEADERS,
            is_refused: true,
        },
    ),
    of("apigateway:invoke", &["QueryParameters"], ValueRule::Object),
    of(
        "elasticmapreduce:addStep",
        &["Step"],
        ValueRule::Members(&[
            "Name",
            "ActionOnFailure",
            "HadoopJarStep",
            "StepMonitoringConfiguration",
        ]),
    ),
    of(
        "elasticmapreduce:addStep",
        &["Step", "ActionOnFailure"],
        ValueRule::Word(&[
            "TERMINATE_JOB_FLOW",
            "TERMINATE_CLUSTER",
            "CANCEL_AND_WAIT",
            "CONTINUE",
        ]),
    ),
    of(
        "elasticmapreduce:addStep",
        &["Step", "HadoopJarStep"],
        ValueRule::Members(&["Args", "Jar", "MainClass", "Properties"]),
    ),
    of("eks:call", &["Method"], ValueRule::Word(CLUSTER_METHODS)),
    of("eks:call", &["QueryParameters"], ValueRule::Object),
    of("eks:runJob", &["Job"], ValueRule::Object),
    of(
        "eks:runJob",
        &["LogOptions"],
        ValueRule::Members(&["LogParameters", "RawLogs", "RetrieveLogs"]),
    ),
];

const fn of(
    integration: &'static str,
    path: &'static [&'static str],
    value: ValueRule,
) -> ArgumentRule {
    ArgumentRule {
        integration,
        path,
        value,
    }
}

/// A value of an argument that an integration does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArgumentValueFault {
    /// The keys that lead to the value, as they are written.
    pub path: Vec<String>,
    /// The kind of the fault.
    pub kind: ArgumentValueFaultKind,
}

/// The kind of an [`ArgumentValueFault`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgumentValueFaultKind {
    /// The value is not one of these words.
    NotOneOf(&'static [&'static str]),
    /// The object has no such member. These are its members.
    UnknownMember(&'static [&'static str]),
    /// The value must be an object.
    NoObject,
    /// The service does not send this header. Some integrations refuse the definition.
    ForbiddenHeader {
        /// Whether AWS refuses the definition; otherwise the task fails.
        is_refused: bool,
    },
    /// The URL has no `https://`. `is_local` is whether it is `http://` of this machine, which a
    /// local run calls.
    InvalidUrl {
        /// Whether the host is this machine.
        is_local: bool,
    },
    /// The value is not the name of a host.
    InvalidHost,
    /// The value is not the ARN of a connection.
    InvalidConnection,
}

impl ArgumentValueFault {
    /// The name of the argument, without the `.$` of a computed value in JSONPath.
    pub fn name(&self) -> &str {
        let key = self.path.last().map_or("", String::as_str);
        key.strip_suffix(".$").unwrap_or(key)
    }

    /// AWS's text, for the faults of which it is known
    /// (<https://github.com/aws/aws-cdk/issues/30749>,
    /// <https://github.com/aws/aws-cli/issues/10060>).
    pub fn service_text(&self) -> Option<String> {
        match self.kind {
            ArgumentValueFaultKind::InvalidUrl { is_local: false }
            | ArgumentValueFaultKind::InvalidConnection => Some(format!(
                "The value for the '{}' field is not valid",
                self.name()
            )),
            ArgumentValueFaultKind::ForbiddenHeader { is_refused: true } => Some(format!(
                "The 'Headers' field contains unsupported values: [{}]",
                self.name().to_lowercase()
            )),
            _ => None,
        }
    }
}

impl std::fmt::Display for ArgumentValueFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.name();
        match &self.kind {
            ArgumentValueFaultKind::NotOneOf(words) => {
                write!(f, "`{name}` must be one of: {}", words.join(", "))
            }
            ArgumentValueFaultKind::UnknownMember(_) => {
                write!(
                    f,
                    "`{}` takes no member `{name}`",
                    self.path[..self.path.len() - 1].join(".")
                )
            }
            ArgumentValueFaultKind::NoObject => write!(f, "`{name}` must be an object"),
            ArgumentValueFaultKind::ForbiddenHeader { .. } => {
                write!(f, "the service does not send the header `{name}`")
            }
            ArgumentValueFaultKind::InvalidUrl { is_local: false } => {
                write!(f, "`{name}` must be a URL that begins with `https://`")
            }
            ArgumentValueFaultKind::InvalidUrl { is_local: true } => {
                write!(
                    f,
                    "`{name}` begins with `http://`, which only a local run accepts"
                )
            }
            ArgumentValueFaultKind::InvalidHost => {
                write!(
                    f,
                    "`{name}` must be a host name, without a scheme and a path"
                )
            }
            ArgumentValueFaultKind::InvalidConnection => write!(
                f,
                "`{name}` must be the ARN of a connection: `arn:aws:events:REGION:ACCOUNT:connection/NAME/ID`"
            ),
        }
    }
}

/// Checks the values of arguments of an integration, such as `http:invoke`. `is_computed` is
/// whether a member is computed when the state runs; its value is not checked.
pub fn check_argument_values(
    integration: &str,
    arguments: &Object,
    is_computed: &dyn Fn(&str, &Json) -> bool,
) -> Vec<ArgumentValueFault> {
    let mut faults = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.integration == integration) {
        let Some((last, parents)) = rule.path.split_last() else {
            continue;
        };
        let parent = parents.iter().try_fold(arguments, |object, key| {
            let value = object.get(*key)?;
            value.as_object().filter(|_| !is_computed(key, value))
        });
        let Some(value) = parent.and_then(|parent| parent.get(*last)) else {
            continue;
        };
        if is_computed(last, value) || value.as_str().is_some_and(is_substitution) {
            continue;
        }
        let path: Vec<String> = rule.path.iter().map(|key| (*key).to_owned()).collect();
        rule.value.check(value, path, is_computed, &mut faults);
    }
    faults
}

impl ValueRule {
    fn check(
        self,
        value: &Json,
        path: Vec<String>,
        is_computed: &dyn Fn(&str, &Json) -> bool,
        faults: &mut Vec<ArgumentValueFault>,
    ) {
        let text = value.as_str();
        let members = value.as_object();
        let below = |key: &String| {
            let mut path = path.clone();
            path.push(key.clone());
            path
        };
        let kind = match self {
            ValueRule::Word(words) if text.is_none_or(|text| !words.contains(&text)) => {
                ArgumentValueFaultKind::NotOneOf(words)
            }
            ValueRule::Url if text.is_none_or(|text| !is_url(text)) => {
                ArgumentValueFaultKind::InvalidUrl {
                    is_local: text.is_some_and(is_local),
                }
            }
            ValueRule::Host if text.is_none_or(|text| !is_host(text)) => {
                ArgumentValueFaultKind::InvalidHost
            }
            ValueRule::Connection if text.is_none_or(|text| !is_connection(text)) => {
                ArgumentValueFaultKind::InvalidConnection
            }
            ValueRule::Members(_) | ValueRule::Object | ValueRule::Headers { .. }
                if members.is_none() && !value.is_null() =>
            {
                ArgumentValueFaultKind::NoObject
            }
            ValueRule::Members(known) => {
                let keys = members.into_iter().flatten();
                let unknown = keys.filter(|(key, value)| {
                    // A computed member has its name and a suffix.
                    let name = if is_computed(key, value) {
                        key.strip_suffix(".$").unwrap_or(key)
                    } else {
                        key
                    };
                    !known.contains(&name) && !is_substitution(key)
                });
                faults.extend(unknown.map(|(key, _)| ArgumentValueFault {
                    path: below(key),
                    kind: ArgumentValueFaultKind::UnknownMember(known),
                }));
                return;
            }
            ValueRule::Headers {
                forbidden,
                is_refused,
            } => {
                let keys = members.into_iter().flatten().map(|(key, _)| key);
                let found = keys.filter(|key| is_forbidden(forbidden, key));
                faults.extend(found.map(|key| ArgumentValueFault {
                    path: below(key),
                    kind: ArgumentValueFaultKind::ForbiddenHeader { is_refused },
                }));
                return;
            }
            _ => return,
        };
        faults.push(ArgumentValueFault { path, kind });
    }
}

fn is_forbidden(forbidden: &[&str], key: &str) -> bool {
    let key = key.strip_suffix(".$").unwrap_or(key).to_lowercase();
    forbidden
        .iter()
        .any(|header| match header.strip_suffix('*') {
            Some(prefix) => key.starts_with(prefix),
            None => key == *header,
        })
}

/// Whether a text is a URL with `https://` and a host.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://");
    rest.is_some_and(|rest| !text.contains(char::is_whitespace) && has_host(rest))
}

/// Whether a text is a URL of this machine with `http://`.
fn is_local(text: &str) -> bool {
    let rest = text.strip_prefix("http://").unwrap_or_default();
    ["localhost", "127.", "[::1]"]
        .iter()
        .any(|host| rest.starts_with(host))
}

fn has_host(rest: &str) -> bool {
    rest.starts_with(|char: char| char.is_alphanumeric() || "[$<{".contains(char))
}

fn is_host(text: &str) -> bool {
    !text.contains(|char: char| char.is_whitespace() || "/?#@\\".contains(char)) && has_host(text)
}

/// Whether a text is the ARN of a connection. Its region and its account may be placeholders.
fn is_connection(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let is_arn = parts.next() == Some("arn") && parts.nth(1) == Some("events");
    let name = parts
        .nth(2)
        .and_then(|rest| rest.strip_prefix("connection/"));
    is_arn && name.is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(integration: &str, arguments: &str) -> Vec<String> {
        let arguments: Json = arguments.parse().expect("it is JSON");
        let arguments = arguments.as_object().expect("it is an object");
        let found = check_argument_values(integration, arguments, &|_, _| false);
        found
            .iter()
            .map(|fault| format!("{} {fault}", fault.path.join(".")))
            .collect()
    }

    #[test]
    fn documented_values_have_no_fault() {
        for (integration, arguments) in [
            (
                "http:invoke",
                r#"{"ApiEndpoint": "https://shop.example.test/v2?a=1", "Method": "PATCH",
                    "Authentication": {"ConnectionArn": "arn:aws-cn:events:cn-north-1:123456789012:connection/Shop/1-2"},
                    "Headers": {"Content-Type": "application/json", "X-Trace": "1", "Accept": "*/*"}, "QueryParameters": {"a": ["1"]},
                    "RequestBody": "text", "Transform": {"RequestBodyEncoding": "URL_ENCODED",
                    "RequestEncodingOptions": {"ArrayFormat": "COMMAS"}}}"#,
            ),
            (
                "apigateway:invoke",
                r#"{"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "GET", "Headers": {"x-auth": ["t"]},
                    "QueryParameters": {"a": ["1"]}, "AuthType": "RESOURCE_POLICY"}"#,
            ),
            (
                "elasticmapreduce:addStep",
                r#"{"ClusterId": "j", "Step": {"Name": "n", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": "j", "Args": ["a"]}}}"#,
            ),
            (
                "eks:call",
                r#"{"Method": "HEAD", "QueryParameters": {"labelSelector": ["a=b"]}}"#,
            ),
            (
                "eks:runJob",
                r#"{"Job": {"kind": "Job"}, "LogOptions": {"RetrieveLogs": true, "LogParameters": {"tailLines": ["2"]}}}"#,
            ),
        ] {
            assert_eq!(faults(integration, arguments), [""; 0], "{integration}");
        }
    }

    #[test]
    fn each_wrong_value_is_a_fault() {
        let found = faults(
            "http:invoke",
            r#"{"ApiEndpoint": "shop.example.test/v2", "Method": "get", "Authentication": {"ConnectionArn": "shop", "Arn": 1},
                "Headers": {"Host": "a", "x-Amzn-Id": "b", "Accept": "c"}, "QueryParameters": "a=1", "Transform": {"ArrayFormat": "COMMA"}}"#,
        );
        assert_eq!(
            found,
            [
                "ApiEndpoint `ApiEndpoint` must be a URL that begins with `https://`",
                "Method `Method` must be one of: GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD",
                "Authentication.Arn `Authentication` takes no member `Arn`",
                "Authentication.ConnectionArn `ConnectionArn` must be the ARN of a connection: `arn:aws:events:REGION:ACCOUNT:connection/NAME/ID`",
                "Headers.Host the service does not send the header `Host`",
                "Headers.x-Amzn-Id the service does not send the header `x-Amzn-Id`",
                "QueryParameters `QueryParameters` must be an object",
                "Transform.ArrayFormat `Transform` takes no member `ArrayFormat`",
            ]
        );
        assert_eq!(
            faults("apigateway:invoke", r#"{"ApiEndpoint": "https://a.b/c", "AuthType": "IAM", "Headers": {"Authorization": ["a"]}}"#).len(),
            3
        );
        assert_eq!(
            faults("elasticmapreduce:addStep", r#"{"Step": {"Nam": "n", "ActionOnFailure": "STOP", "HadoopJarStep": {"Arguments": []}}}"#).len(),
            3
        );
        assert_eq!(
            faults("eks:call", r#"{"Method": "GRAB", "QueryParameters": "a"}"#).len(),
            2
        );
        assert_eq!(
            faults(
                "eks:runJob",
                r#"{"Job": "j", "LogOptions": {"Logs": true}}"#
            )
            .len(),
            2
        );
    }
}
