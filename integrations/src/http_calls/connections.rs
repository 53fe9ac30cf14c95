//! Reads EventBridge connections from JSON, and finds the connection of an HTTP task.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value as Json;

/// The EventBridge connections of `http:invoke` tasks: the credentials of HTTP APIs, by the names
/// of the connections.
///
/// ```
/// use stepwright_integrations::Connections;
///
/// let connections = Connections::from_json(r#"[
///     {"Name": "Payments", "AuthorizationType": "API_KEY", "AuthParameters": {
///         "ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "Bearer test"}
///     }}
/// ]"#)?;
/// assert_eq!(connections.len(), 1);
/// # Ok::<(), stepwright_integrations::ConnectionsError>(())
/// ```
#[derive(Clone, Default)]
pub struct Connections(HashMap<String, Connection>);

/// A file of connections that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionsError {
    /// It is not JSON, or not a list of connections.
    #[error("it is not a list of connections, as `aws events create-connection` takes them: {0}")]
    Syntax(#[from] serde_json::Error),
    /// A connection with OAuth.
    #[error(
        "the connection `{0}` has OAuth, which is not supported here; use API_KEY with the header `Authorization` and a token"
    )]
    OAuth(String),
    /// A connection without the parameters of its type.
    #[error("the connection `{name}` has the type {kind}, but no {missing}")]
    Incomplete {
        /// The name of the connection.
        name: String,
        /// Its type.
        kind: String,
        /// The missing member.
        missing: &'static str,
    },
    /// Two connections have the same name.
    #[error("two connections have the name `{0}`")]
    Duplicate(String),
}

/// The headers, the query and the body that a connection adds to a request.
#[derive(Clone, Default)]
pub(super) struct Connection {
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Vec<(String, Json)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    name: String,
    authorization_type: String,
    auth_parameters: AuthParameters,
    #[serde(rename = "Description")]
    _description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AuthParameters {
    basic_auth_parameters: Option<BasicAuthParameters>,
    api_key_auth_parameters: Option<ApiKeyAuthParameters>,
    #[serde(rename = "OAuthParameters")]
    _oauth_parameters: Option<Json>,
    #[serde(default)]
    invocation_http_parameters: HttpParameters,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct BasicAuthParameters {
    username: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ApiKeyAuthParameters {
    api_key_name: String,
    api_key_value: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
struct HttpParameters {
    header_parameters: Vec<HttpParameter>,
    query_string_parameters: Vec<HttpParameter>,
    body_parameters: Vec<HttpParameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct HttpParameter {
    key: String,
    value: String,
    #[serde(rename = "IsValueSecret")]
    _is_value_secret: Option<bool>,
}

impl Connections {
    /// Parses a list of connections in JSON, with the members of `aws events create-connection`.
    ///
    /// # Errors
    ///
    /// If it is not such a list, or if a connection has OAuth.
    pub fn from_json(text: &str) -> Result<Self, ConnectionsError> {
        let entries: Vec<Entry> = serde_json::from_str(text)?;
        let mut connections = HashMap::new();
        for entry in entries {
            let (name, connection) = connection(entry)?;
            if connections.insert(name.clone(), connection).is_some() {
                return Err(ConnectionsError::Duplicate(name));
            }
        }
        Ok(Self(connections))
    }

    /// Returns how many connections there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no connection.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Finds the connection with this ARN:
    /// `arn:aws:events:us-east-1:123456789012:connection/Payments/ID`.
    pub(super) fn find(&self, arn: &str) -> Option<&Connection> {
        let (_, name) = arn.split_once(":connection/").unwrap_or(("", arn));
        self.0.get(name.split('/').next()?)
    }

    /// Returns the names, for a message.
    pub(super) fn names(&self) -> String {
        let mut names: Vec<_> = self.0.keys().map(|name| format!("`{name}`")).collect();
        names.sort();
        if names.is_empty() {
            "there are none".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        }
    }
}

/// Secrets are not printed.
impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn connection(entry: Entry) -> Result<(String, Connection), ConnectionsError> {
    let AuthParameters {
        basic_auth_parameters,
        api_key_auth_parameters,
        invocation_http_parameters: further,
        ..
    } = entry.auth_parameters;
    let incomplete = |missing| ConnectionsError::Incomplete {
        name: entry.name.clone(),
        kind: entry.authorization_type.clone(),
        missing,
    };
    let pairs =
        |parameters: Vec<HttpParameter>| parameters.into_iter().map(|one| (one.key, one.value));
    let mut connection = Connection {
        headers: pairs(further.header_parameters).collect(),
        query: pairs(further.query_string_parameters).collect(),
        body: pairs(further.body_parameters)
            .map(|(key, value)| (key, Json::from(value)))
            .collect(),
    };
    let header = match entry.authorization_type.as_str() {
        "BASIC" => {
            use base64::Engine as _;
            let parameters =
                basic_auth_parameters.ok_or_else(|| incomplete("BasicAuthParameters"))?;
            let pair = format!("{}:{}", parameters.username, parameters.password);
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            ("Authorization".to_owned(), format!("Basic {encoded}"))
        }
        "API_KEY" => {
            let parameters =
                api_key_auth_parameters.ok_or_else(|| incomplete("ApiKeyAuthParameters"))?;
            (parameters.api_key_name, parameters.api_key_value)
        }
        "OAUTH_CLIENT_CREDENTIALS" => return Err(ConnectionsError::OAuth(entry.name)),
        _ => return Err(incomplete("known type; the types are BASIC and API_KEY")),
    };
    connection.headers.push(header);
    Ok((entry.name, connection))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_found_by_its_arn_and_adds_its_parameters() {
        let text = r#"[{"Name": "Api", "AuthorizationType": "BASIC", "AuthParameters": {
            "BasicAuthParameters": {"Username": "ada", "Password": "secret"},
            "InvocationHttpParameters": {"QueryStringParameters": [{"Key": "v", "Value": "2", "IsValueSecret": false}]}}}]"#;
        let connections = Connections::from_json(text).expect("they are valid");
        let found = connections.find("arn:aws:events:us-east-1:123456789012:connection/Api/0-1");
        let found = found.expect("it has this name");
        assert_eq!(
            found.headers,
            [(
                "Authorization".to_owned(),
                "Basic YWRhOnNlY3JldA==".to_owned()
            )]
        );
        assert_eq!(found.query, [("v".to_owned(), "2".to_owned())]);
        assert!(
            connections
                .find("arn:aws:events:us-east-1:123456789012:connection/Other/0-1")
                .is_none()
        );
        assert_eq!(format!("{connections:?}"), r#"{"Api"}"#);
    }

    #[test]
    fn wrong_connections_are_refused_with_a_remedy() {
        for (text, part) in [
            ("{}", "as `aws events create-connection` takes them"),
            (
                r#"[{"Name": "A", "AuthorizationType": "OAUTH_CLIENT_CREDENTIALS", "AuthParameters": {"OAuthParameters": {}}}]"#,
                "use API_KEY",
            ),
            (
                r#"[{"Name": "A", "AuthorizationType": "BASIC", "AuthParameters": {}}]"#,
                "no BasicAuthParameters",
            ),
            (
                r#"[{"Name": "A", "AuthorizationType": "API_KEY", "AuthParameters": {"ApiKey": 1}}]"#,
                "unknown field `ApiKey`",
            ),
        ] {
            let error = Connections::from_json(text)
                .expect_err("it is wrong")
                .to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
