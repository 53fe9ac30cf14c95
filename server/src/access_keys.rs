//! Reads the access keys that a server accepts, from files of credentials or from pairs.

use std::collections::BTreeMap;
use std::fmt;

/// Access keys: the IDs and the secrets that sign requests, as AWS issues them to users.
///
/// ```
/// use stepwright_server::AccessKeys;
///
/// // A file in the format of `aws configure`.
/// let keys: AccessKeys = "[default]\naws_access_key_id = AKIATEAM\naws_secret_access_key = correct-horse".parse()?;
/// assert_eq!(keys, AccessKeys::new().key("AKIATEAM", "correct-horse"));
/// # Ok::<(), stepwright_server::AccessKeysError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AccessKeys {
    secrets: BTreeMap<String, String>,
}

/// An error in a text with access keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessKeysError {
    /// The text contains no key.
    #[error(
        "it has no access key; write `aws_access_key_id = ID` and `aws_secret_access_key = SECRET` under `[default]`"
    )]
    Empty,
    /// The line with this number cannot be parsed.
    #[error("line {0} is neither `[profile]` nor `name = value`")]
    Line(usize),
    /// A profile has only an ID or only a secret.
    #[error("the profile `{profile}` lacks `{missing}`")]
    Incomplete {
        /// The name of the profile.
        profile: String,
        /// The missing setting.
        missing: &'static str,
    },
    /// An ID or a secret is empty.
    #[error("the profile `{profile}` has an empty `{setting}`; write a value after the `=`")]
    EmptyValue {
        /// The name of the profile.
        profile: String,
        /// The empty setting.
        setting: &'static str,
    },
    /// An ID or a secret of a pair is empty.
    #[error("the pair `{0}` has an empty ID or an empty secret; write `ID:SECRET`")]
    EmptyPair(String),
    /// The text is no pair.
    #[error("it must have pairs such as `ID:SECRET`, with blanks between them")]
    Pairs,
}

/// Names of settings in AWS's files.
const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

impl AccessKeys {
    /// Creates a set without keys, with which no signature is accepted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key. A key with an empty ID or an empty secret accepts no signature and no password.
    #[must_use]
    pub fn key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.secrets.insert(id.into(), secret.into());
        self
    }

    /// Parses pairs of an ID and a secret with blanks between them:
    /// `AKIATEAM:correct-horse AKIACI:staple`.
    ///
    /// # Errors
    ///
    /// When there is no pair, or an ID or a secret is missing.
    pub fn from_pairs(text: &str) -> Result<Self, AccessKeysError> {
        let mut keys = Self::new();
        for pair in text.split_whitespace() {
            let (id, secret) = pair.split_once(':').ok_or(AccessKeysError::Pairs)?;
            if id.is_empty() || secret.is_empty() {
                // The message has no secret.
                return Err(AccessKeysError::EmptyPair(format!("{id}:")));
            }
            keys = keys.key(id, secret);
        }
        if keys.secrets.is_empty() {
            Err(AccessKeysError::Pairs)
        } else {
            Ok(keys)
        }
    }

    /// Returns the secret of a key. An empty one is no secret.
    pub(crate) fn secret(&self, id: &str) -> Option<&str> {
        let secret = self.secrets.get(id).map(String::as_str);
        secret.filter(|secret| !id.is_empty() && !secret.is_empty())
    }
}

/// Parses the format of `~/.aws/credentials`. Ignores other settings of a profile, such as a
/// region.
impl std::str::FromStr for AccessKeys {
    type Err = AccessKeysError;

    fn from_str(text: &str) -> Result<Self, AccessKeysError> {
        let mut profiles: Vec<(&str, Option<&str>, Option<&str>)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(profile) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                profiles.push((profile.trim(), None, None));
                continue;
            }
            let setting = line.split_once('=');
            let (Some((name, value)), Some(profile)) = (setting, profiles.last_mut()) else {
                return Err(AccessKeysError::Line(index + 1));
            };
            match name.trim() {
                ID => profile.1 = Some(value.trim()),
                SECRET => profile.2 = Some(value.trim()),
                _ => {}
            }
        }
        let mut keys = Self::new();
        for (profile, id, secret) in profiles {
            for (setting, value) in [(ID, id), (SECRET, secret)] {
                if value == Some("") {
                    return Err(AccessKeysError::EmptyValue {
                        profile: profile.to_owned(),
                        setting,
                    });
                }
            }
            let missing = match (id, secret) {
                (Some(id), Some(secret)) => {
                    keys = keys.key(id, secret);
                    continue;
                }
                (None, None) => continue,
                (Some(_), None) => SECRET,
                (None, Some(_)) => ID,
            };
            return Err(AccessKeysError::Incomplete {
                profile: profile.to_owned(),
                missing,
            });
        }
        if keys.secrets.is_empty() {
            Err(AccessKeysError::Empty)
        } else {
            Ok(keys)
        }
    }
}

/// Omits the secrets.
impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.secrets.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_keys_are_parsed_from_a_credentials_file() {
        let text = "# of the team\n[default]\nregion = eu-central-1\naws_access_key_id = A\naws_secret_access_key=s+/=\n\n[ci]\naws_secret_access_key = t\naws_access_key_id = B\n[empty]\n";
        assert_eq!(
            text.parse(),
            Ok(AccessKeys::new().key("A", "s+/=").key("B", "t"))
        );
    }

    #[test]
    fn text_without_complete_keys_is_refused() {
        assert_eq!("".parse::<AccessKeys>(), Err(AccessKeysError::Empty));
        assert_eq!(
            "[default]\n".parse::<AccessKeys>(),
            Err(AccessKeysError::Empty)
        );
        assert_eq!(
            "[a]\nx".parse::<AccessKeys>(),
            Err(AccessKeysError::Line(2))
        );
        assert_eq!(
            "aws_access_key_id = A".parse::<AccessKeys>(),
            Err(AccessKeysError::Line(1))
        );
        let alone = "[a]\naws_access_key_id = A".parse::<AccessKeys>();
        assert_eq!(
            alone.map_err(|error| error.to_string()),
            Err("the profile `a` lacks `aws_secret_access_key`".to_owned())
        );
    }

    #[test]
    fn an_empty_id_or_secret_is_refused() {
        for (text, message) in [
            (
                "[a]\naws_access_key_id = A\naws_secret_access_key =\n",
                "an empty `aws_secret_access_key`",
            ),
            (
                "[a]\naws_access_key_id = A\naws_secret_access_key = \t \n",
                "an empty `aws_secret_access_key`",
            ),
            (
                "[a]\naws_access_key_id =\naws_secret_access_key = s\n",
                "an empty `aws_access_key_id`",
            ),
            (
                "[a]\naws_secret_access_key =\n",
                "an empty `aws_secret_access_key`",
            ),
            (
                "[ok]\naws_access_key_id = A\naws_secret_access_key = s\n[b]\naws_access_key_id = B\naws_secret_access_key =\n",
                "the profile `b`",
            ),
        ] {
            let error = text.parse::<AccessKeys>().expect_err(text).to_string();
            assert!(error.contains(message), "{error}");
        }
        for text in ["A:", ":s", ":", "A:s B:", "A", "", "  "] {
            assert!(AccessKeys::from_pairs(text).is_err(), "{text}");
        }
        assert_eq!(
            AccessKeys::from_pairs(" A:s:t  B:u\n"),
            Ok(AccessKeys::new().key("A", "s:t").key("B", "u"))
        );
    }

    #[test]
    fn a_key_without_a_secret_accepts_nothing() {
        let keys = AccessKeys::new().key("A", "").key("", "s").key("B", "t");
        assert_eq!(keys.secret("A"), None);
        assert_eq!(keys.secret(""), None);
        assert_eq!(keys.secret("B"), Some("t"));
    }

    #[test]
    fn debug_output_contains_no_secret_key() {
        let keys = AccessKeys::new().key("AKIATEAM", "correct-horse");
        assert_eq!(format!("{keys:?}"), "{\"AKIATEAM\"}");
    }
}
