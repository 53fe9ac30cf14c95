//! Texts in requests, with their lengths and patterns.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::{Deserialize, Deserializer};

use super::{Constraints, Shape};

/// The constraints of a text.
pub(crate) trait TextRule {
    /// The minimum characters.
    const MIN: usize = 0;
    /// The maximum characters.
    const MAX: usize;
    /// Whether messages must not quote it.
    const IS_SENSITIVE: bool = false;
    /// The pattern that it must match.
    const PATTERN: Option<Pattern> = None;
}

/// A pattern as messages show it, and the function that checks it.
type Pattern = (&'static str, fn(&str) -> bool);

/// A text with constraints.
pub(crate) struct Text<R>(String, PhantomData<R>);

impl<R> Default for Text<R> {
    fn default() -> Self {
        Self(String::new(), PhantomData)
    }
}

impl<R> Clone for Text<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<R> fmt::Debug for Text<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<R> Deref for Text<R> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de, R> Deserialize<'de> for Text<R> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(from)?, PhantomData))
    }
}

impl<R: TextRule> Shape for Text<R> {
    fn check(&self, to: &mut Constraints) {
        // No text has more characters than bytes.
        if self.0.len() > R::MAX && self.0.chars().nth(R::MAX).is_some() {
            let constraint = format!("Member must have length less than or equal to {}", R::MAX);
            to.breaks(self, &constraint);
        } else if R::MIN > 0 && self.0.is_empty() {
            let constraint = format!(
                "Member must have length greater than or equal to {}",
                R::MIN
            );
            to.breaks(self, &constraint);
        }
        if let Some((pattern, matches)) = R::PATTERN
            && !matches(&self.0)
        {
            to.breaks(
                self,
                &format!("Member must satisfy regular expression pattern: {pattern}"),
            );
        }
    }

    fn show(&self) -> Option<String> {
        (!R::IS_SENSITIVE).then(|| self.0.clone())
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $rule:ident { $($body:tt)* })*) => {
        $(
            $(#[$doc])*
            pub(crate) type $name = Text<$rule>;

            #[derive(Clone, Copy, Debug)]
            pub(crate) struct $rule;

            impl TextRule for $rule {
                $($body)*
            }
        )*
    };
}

texts! {
    /// An ARN.
    Arn: ArnRule { const MIN: usize = 1; const MAX: usize = 256; }
    /// The ARN of a Map Run or a version.
    LongArn: LongArnRule { const MIN: usize = 1; const MAX: usize = 2_000; }
    /// A name; the service checks its characters, not the model.
    Name: NameRule { const MIN: usize = 1; const MAX: usize = 80; }
    /// The name of an alias.
    CharacterRestrictedName: CharacterRestrictedNameRule {
        const MIN: usize = 1;
        const MAX: usize = 80;
        const PATTERN: Option<Pattern> = Some((
            r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
            |name| {
                let is_other = |char: char| char.is_ascii_alphabetic() || "_-.".contains(char);
                name.chars().any(is_other)
                    && name.chars().all(|char| is_other(char) || char.is_ascii_digit())
            },
        ));
    }
    /// A definition in the States Language.
    Definition: DefinitionRule { const MIN: usize = 1; const MAX: usize = 1_048_576; const IS_SENSITIVE: bool = true; }
    /// JSON of an input or an output, for example.
    Data: DataRule { const MAX: usize = stepwright_asl::limits::MAX_PAYLOAD_BYTES as usize; const IS_SENSITIVE: bool = true; }
    /// The name of an error.
    ErrorName: ErrorNameRule { const MAX: usize = 256; const IS_SENSITIVE: bool = true; }
    /// The cause of an error.
    Cause: CauseRule { const MAX: usize = 32_768; const IS_SENSITIVE: bool = true; }
    /// The description of a version or an alias.
    Description: DescriptionRule { const MAX: usize = 256; const IS_SENSITIVE: bool = true; }
    /// The token of the next page.
    PageToken: PageTokenRule { const MIN: usize = 1; const MAX: usize = 1_024; }
    /// The token of the next page of ListExecutions.
    LongPageToken: LongPageTokenRule { const MIN: usize = 1; const MAX: usize = 3_096; }
    /// The id of a revision.
    RevisionId: RevisionIdRule { const MAX: usize = usize::MAX; }
    /// The token of a task.
    TaskToken: TaskTokenRule { const MIN: usize = 1; const MAX: usize = 2_048; }
    /// The token that makes a redrive idempotent.
    ClientToken: ClientTokenRule {
        const MIN: usize = 1;
        const MAX: usize = 64;
        const PATTERN: Option<Pattern> =
            Some(("[!-~]+", |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())));
    }
    /// The header of a trace.
    TraceHeader: TraceHeaderRule {
        const MAX: usize = 256;
        const PATTERN: Option<Pattern> = Some((r"\p{ASCII}*", str::is_ascii));
    }
    /// The key of a tag.
    TagKey: TagKeyRule { const MIN: usize = 1; const MAX: usize = 128; }
    /// The value of a tag.
    TagValue: TagValueRule { const MAX: usize = 256; }
    /// A key of KMS.
    KmsKeyId: KmsKeyIdRule { const MIN: usize = 1; const MAX: usize = 2_048; }
}
