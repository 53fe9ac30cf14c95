//! The arguments of integrations: their names, and which of them are required.

use std::fmt;

use super::lookup::{Integration, ResolvedResource};
use crate::similar::nearest;
use crate::words::first_of;

/// A fault in an argument of an integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentFault {
    /// The kind of the fault.
    pub kind: ArgumentFaultKind,
    /// The argument's name.
    pub name: String,
    /// The most similar valid name.
    pub meant: Option<String>,
    call: String,
    /// The names that the integration accepts and that are not given, if known.
    pub(crate) others: Vec<&'static str>,
}

/// Maximum number of names in a suggestion.
const SHOWN: usize = 6;

/// The kind of an [`ArgumentFault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArgumentFaultKind {
    /// The integration has no argument of this name.
    Unknown,
    /// A required argument is missing.
    Missing,
    /// The name begins with a lower-case letter.
    Small,
}

impl fmt::Display for ArgumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (call, name) = (&self.call, &self.name);
        match self.kind {
            ArgumentFaultKind::Unknown => write!(f, "`{call}` takes no argument `{name}`"),
            ArgumentFaultKind::Missing => write!(f, "`{call}` needs the argument `{name}`"),
            ArgumentFaultKind::Small => write!(
                f,
                "the arguments of `{call}` begin with an upper-case letter, but `{name}` does not"
            ),
        }
    }
}

impl ArgumentFault {
    /// The most similar name, as a question: ``did you mean `QueueUrl`?``
    pub fn suggestion(&self) -> Option<String> {
        let meant = self.meant.as_ref()?;
        Some(format!("did you mean `{meant}`?"))
    }

    /// How to fix it: the [suggestion](ArgumentFault::suggestion), or the accepted names if none is
    /// similar. For a missing argument, that it must be given.
    pub fn help(&self) -> Option<String> {
        if let Some(suggestion) = self.suggestion() {
            return Some(suggestion);
        }
        if self.kind == ArgumentFaultKind::Missing {
            return Some(format!("add `{}`", self.name));
        }
        let others = self.others.iter().map(|name| format!("`{name}`"));
        let others: Vec<String> = others.collect();
        (!others.is_empty()).then(|| format!("it takes {}", first_of(&others, SHOWN)))
    }
}

impl Integration<'_> {
    /// Checks the names of arguments against the tables: whether the integration accepts them,
    /// whether required ones are missing, and whether they begin with a capital letter. Functions
    /// and activities accept any arguments.
    ///
    /// ```
    /// use stepwright_asl::integrations::lookup;
    ///
    /// let found = lookup("arn:aws:states:::sqs:sendMessage")?;
    /// assert!(found.check_arguments(["QueueUrl", "MessageBody"]).is_empty());
    ///
    /// let faults = found.check_arguments(["QueueUri", "MessageBody"]);
    /// assert_eq!(faults[0].to_string(), "`sqs:sendMessage` takes no argument `QueueUri`");
    /// assert_eq!(faults[0].suggestion().as_deref(), Some("did you mean `QueueUrl`?"));
    /// # Ok::<(), stepwright_asl::integrations::UnknownResource>(())
    /// ```
    pub fn check_arguments<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Vec<ArgumentFault> {
        let given: Vec<&str> = names.into_iter().collect();
        let (known, required): (&[&str], &[&str]) = match self.kind() {
            ResolvedResource::Optimized(line) => (&line.parameters, &line.required),
            ResolvedResource::Sdk(_) => (&[], &[]),
            ResolvedResource::Function(_) | ResolvedResource::Activity(_) => return Vec::new(),
        };
        let lacks = |name: &&&str| !given.contains(*name);
        let mut faults = Vec::new();
        for name in &given {
            if known.contains(name) || required.contains(name) {
                continue;
            }
            let capital = capitalized(name);
            let is_small = capital != *name;
            // If not all names are known, a missing required name may be the intended one.
            let meant = if is_small && (known.is_empty() || known.contains(&capital.as_str())) {
                Some(capital)
            } else {
                let candidates = if known.is_empty() { required } else { known };
                let candidates = candidates.iter().filter(lacks).copied();
                nearest(name, candidates).map(str::to_owned)
            };
            let kind = match (known.is_empty(), is_small, &meant) {
                (_, true, _) => ArgumentFaultKind::Small,
                (true, false, None) => continue,
                _ => ArgumentFaultKind::Unknown,
            };
            let others = known.iter().filter(lacks).copied();
            faults.push(self.fault(kind, name, meant, others.collect()));
        }
        for name in required.iter().filter(lacks) {
            // Already reported: a similar name is given instead.
            let is_meant = |fault: &ArgumentFault| fault.meant.as_deref() == Some(name);
            if !faults.iter().any(is_meant) {
                faults.push(self.fault(ArgumentFaultKind::Missing, name, None, Vec::new()));
            }
        }
        faults
    }

    fn fault(
        &self,
        kind: ArgumentFaultKind,
        name: &str,
        meant: Option<String>,
        others: Vec<&'static str>,
    ) -> ArgumentFault {
        let prefix = if matches!(self.kind(), ResolvedResource::Sdk(_)) {
            "aws-sdk:"
        } else {
            ""
        };
        ArgumentFault {
            kind,
            name: name.to_owned(),
            meant,
            others,
            call: format!("{prefix}{}:{}", self.service(), self.action()),
        }
    }
}

fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}
