//! Enumerations in requests, with the words that AWS accepts.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::{Deserialize, Deserializer};

use super::{Constraints, Shape};

/// The words of an enumeration.
pub(crate) trait Words {
    /// In the order in which AWS's messages list them, if one was recorded; otherwise in the
    /// model's order.
    const WORDS: &'static [&'static str];
}

/// A word of an enumeration.
pub(crate) struct Word<W>(String, PhantomData<W>);

impl<W> Default for Word<W> {
    fn default() -> Self {
        Self(String::new(), PhantomData)
    }
}

impl<W> Clone for Word<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<W> fmt::Debug for Word<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<W> Deref for Word<W> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de, W> Deserialize<'de> for Word<W> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(from)?, PhantomData))
    }
}

impl<W: Words> Shape for Word<W> {
    fn check(&self, to: &mut Constraints) {
        if !W::WORDS.contains(&self.0.as_str()) {
            let constraint = format!(
                "Member must satisfy enum value set: [{}]",
                W::WORDS.join(", ")
            );
            to.breaks(self, &constraint);
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $words:ident [$($word:literal),*];)*) => {
        $(
            $(#[$doc])*
            pub(crate) type $name = Word<$words>;

            #[derive(Clone, Copy, Debug)]
            pub(crate) struct $words;

            impl Words for $words {
                const WORDS: &'static [&'static str] = &[$($word),*];
            }
        )*
    };
}

words! {
    /// The type of a state machine.
    StateMachineType: StateMachineTypes ["STANDARD", "EXPRESS"];
    /// The status of an execution. The order is that of a recorded message.
    ExecutionStatus: ExecutionStatuses ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];
    /// Which executions are listed: redriven or not.
    RedriveFilter: RedriveFilters ["REDRIVEN", "NOT_REDRIVEN"];
    /// Whether encrypted data is requested.
    IncludedData: IncludedDatas ["ALL_DATA", "METADATA_ONLY"];
    /// The log level.
    LogLevel: LogLevels ["ALL", "ERROR", "FATAL", "OFF"];
    /// How much TestState returns.
    InspectionLevel: InspectionLevels ["INFO", "DEBUG", "TRACE"];
    /// How strictly a mocked result is checked against the integration's API.
    MockValidation: MockValidations ["STRICT", "PRESENT", "NONE"];
    /// The severity of the returned diagnostics.
    DiagnosticSeverity: DiagnosticSeverities ["ERROR", "WARNING"];
    /// The type of the encryption key.
    EncryptionType: EncryptionTypes ["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"];
}
