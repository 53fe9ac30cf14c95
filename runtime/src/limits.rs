use std::time::Duration;

/// The limits of the service, with AWS's values by default.
///
/// ```
/// use stepwright_runtime::Limits;
///
/// let strict = Limits { events: 1_000, ..Limits::default() };
/// assert_eq!(strict.payload_bytes, 262_144);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The maximum bytes of UTF-8 that a state's input, output or result may take as JSON: 262,144.
    pub payload_bytes: u64,
    /// The maximum events of a Standard execution's history: 25,000.
    pub events: u32,
    /// The maximum duration of a Standard execution. AWS documents a year; 366 days, so that a Wait of a year fits.
    pub standard_duration: Duration,
    /// The maximum duration of an Express execution: five minutes.
    pub express_duration: Duration,
    /// The maximum transitions of an execution without an event limit. AWS has no such limit, because the execution would time out;
    /// on virtual time an Express loop takes no time. An execution that reaches it times out.
    pub express_transitions: u64,
    /// The maximum concurrent iterations of an inline Map: 40.
    pub map_concurrency: u32,
    /// The maximum concurrent child executions of a Map Run (a Distributed Map): 10,000.
    pub map_run_concurrency: u32,
    /// The maximum bytes of an object that an ItemReader reads, decompressed: 10 GB.
    pub object_bytes: u64,
    /// The bytes after which a ResultWriter starts another file: 5 GB.
    pub result_file_bytes: u64,
    /// The bytes of results in one part, if the object store supports uploads in parts: 5 MiB, the minimum of S3
    /// for a part that is not the last one.
    pub result_part_bytes: u64,
    /// The maximum bytes of a definition: 1 MiB.
    pub definition_bytes: usize,
    /// The maximum bytes of one variable, and of all that one Assign assigns: 262,144.
    pub variable_bytes: u64,
    /// The maximum bytes of all variables that one state can read: 10 MiB.
    pub variables_bytes: u64,
    /// The longest Wait: 2^31 - 1 seconds.
    pub wait: Duration,
    /// The maximum depth of a value. AWS does not document one; the limit of its JSON parser is 1,000.
    pub value_depth: u32,
    /// The maximum depth of executions that start executions.
    pub nesting: u32,
    /// The maximum open Standard executions, including those of a store: 1,000,000. The children of Map Runs do not count.
    pub open_executions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            payload_bytes: 262_144,
            events: 25_000,
            standard_duration: Duration::from_secs(366 * 86_400),
            express_duration: Duration::from_secs(300),
            express_transitions: 1_000_000,
            map_concurrency: 40,
            map_run_concurrency: 10_000,
            object_bytes: 10_000_000_000,
            result_file_bytes: 5_000_000_000,
            result_part_bytes: 5 << 20,
            definition_bytes: 1_048_576,
            variable_bytes: 262_144,
            variables_bytes: 10_485_760,
            wait: Duration::from_secs(2_147_483_647),
            value_depth: 1_000,
            nesting: 100,
            open_executions: 1_000_000,
        }
    }
}
