//! The limits of the service, such as the sizes of payloads and histories.

use std::time::Duration;

use stepwright_asl::limits::{MAX_EVENTS, MAX_PAYLOAD_BYTES};

/// Defines the limits: the type, AWS's values and a setter for each.
macro_rules! limits {
    ($($(#[$docs:meta])+ $name:ident: $type:ty = $default:expr,)+) => {
        /// The limits of the service, with AWS's values unless set.
        ///
        /// ```
        /// # extern crate stepwright_interpreter as stepwright_runtime;
        /// use stepwright_runtime::Limits;
        ///
        /// let strict = Limits::new().events(1_000);
        /// assert_eq!((strict.events, strict.payload_bytes), (1_000, 262_144));
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Limits {
            $($(#[$docs])+ pub $name: $type,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Limits {
            /// Returns AWS's limits.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $(
                #[doc = concat!("Sets [`", stringify!($name), "`](Self#structfield.", stringify!($name), ").")]
                #[must_use]
                pub fn $name(mut self, $name: $type) -> Self {
                    self.$name = $name;
                    self
                }
            )+
        }
    };
}

limits! {
    /// The maximum bytes of UTF-8 that a state's input, output or result may take as JSON: 262,144.
    payload_bytes: u64 = MAX_PAYLOAD_BYTES.into(),
    /// The maximum events of a Standard execution's history: 25,000.
    events: u32 = MAX_EVENTS,
    /// The maximum duration of a Standard execution. AWS documents a year; 366 days, so that a Wait
    /// of a year fits.
    standard_duration: Duration = Duration::from_secs(366 * 86_400),
    /// The maximum duration of an Express execution: five minutes.
    express_duration: Duration = Duration::from_secs(300),
    /// The maximum transitions of an execution without an event limit. AWS has no such limit,
    /// because the execution would time out; on virtual time an Express loop takes no time. An
    /// execution that reaches it times out.
    express_transitions: u64 = 1_000_000,
    /// The maximum concurrent iterations of an inline Map: 40.
    map_concurrency: u32 = 40,
    /// The maximum concurrent child executions of a Map Run (a Distributed Map): 10,000.
    map_run_concurrency: u32 = 10_000,
    /// The maximum bytes of an object that an ItemReader reads, decompressed: 10 GB.
    object_bytes: u64 = 10_000_000_000,
    /// The bytes after which a ResultWriter starts another file: 5 GB.
    result_file_bytes: u64 = 5_000_000_000,
    /// The bytes of results in one part, if the object store supports uploads in parts: 5 MiB, the
    /// minimum of S3 for a part that is not the last one.
    result_part_bytes: u64 = 5 << 20,
    /// The maximum bytes of a definition: 1 MiB.
    definition_bytes: usize = 1_048_576,
    /// The maximum bytes of one variable, and of all that one Assign assigns: 262,144.
    variable_bytes: u64 = MAX_PAYLOAD_BYTES.into(),
    /// The maximum bytes of all variables that one state can read: 10 MiB.
    variables_bytes: u64 = 10_485_760,
    /// The longest Wait: 2^31 - 1 seconds.
    wait: Duration = Duration::from_secs(2_147_483_647),
    /// The maximum depth of a value. AWS does not document one; the limit of its JSON parser is
    /// 1,000.
    value_depth: u32 = 1_000,
    /// The maximum depth of executions that start executions.
    nesting: u32 = 100,
    /// The maximum open Standard executions, including those of a store: 1,000,000. The children of
    /// Map Runs do not count. Executions that states start are limited to half of it, and so are,
    /// separately, Express executions that states start: the remainder is for other starts.
    open_executions: usize = 1_000_000,
}
