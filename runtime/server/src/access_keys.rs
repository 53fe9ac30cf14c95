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
}

/// Names of settings in AWS's files.
const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

impl AccessKeys {
    /// Creates a set without keys, with which no signature is accepted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key.
    #[must_use]
    pub fn key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.secrets.insert(id.into(), secret.into());
        self
    }

    /// Returns the secret of a key.
    pub(crate) fn secret(&self, id: &str) -> Option<&str> {
        self.secrets.get(id).map(String::as_str)
    }
}

/// Parses the format of `~/.aws/credentials`. Ignores other settings of a profile, such as a region.
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
        match keys.secrets.is_empty() {
            true => Err(AccessKeysError::Empty),
            false => Ok(keys),
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
    fn debug_output_contains_no_secret_key() {
        let keys = AccessKeys::new().key("AKIATEAM", "correct-horse");
        assert_eq!(format!("{keys:?}"), "{\"AKIATEAM\"}");
    }
}
