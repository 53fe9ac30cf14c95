//! All rules, one file for each topic.

mod arguments;
mod arn;
mod choice;
mod container;
mod coverage;
mod distributed;
mod document;
mod error_handling;
mod fail;
mod fields;
mod jsonata;
mod kinds;
mod limits;
mod literal;
mod map_parallel;
mod name;
mod path;
mod proposals;
mod query_language;
mod resource;
mod task;
mod template;
mod transition;
mod variable;
mod wait;

use super::rule::Rule;

/// Every rule, ordered by id.
pub const RULES: &[Rule] = &[
    document::DUPLICATE_KEY,
    document::EMPTY,
    document::TOO_LONG,
    document::UNKNOWN_RULE,
    container::NO_STATES,
    container::NO_START_AT,
    container::START_AT_MISSING,
    document::VERSION,
    fields::UNKNOWN_FIELD,
    fields::STATE_TYPE,
    container::EMPTY_STATES,
    fields::WRONG_TYPE,
    transition::MISSING_TARGET,
    container::UNREACHABLE,
    container::ISLAND,
    container::NO_END,
    container::ENDLESS,
    name::DUPLICATE,
    transition::OUTSIDE_TARGET,
    transition::NEXT_AND_END,
    transition::NEITHER_NEXT_NOR_END,
    transition::END_FALSE,
    transition::NEEDLESS,
    name::STATE_NAME,
    container::TOO_DEEP,
    task::RESOURCE_MISSING,
    resource::RESOURCE,
    task::TWO_TIMEOUTS,
    task::TIMEOUT_RANGE,
    task::HEARTBEAT,
    task::CREDENTIALS,
    task::EXPRESS,
    task::TOKEN,
    task::NO_TIMEOUT,
    arguments::UNKNOWN,
    error_handling::ERROR_EQUALS,
    error_handling::ALL_ALONE,
    error_handling::ALL_LAST,
    error_handling::UNKNOWN_NAME,
    error_handling::NEVER_MATCHED,
    error_handling::COVERED,
    error_handling::BACKOFF_RATE,
    error_handling::INTERVAL_AND_ATTEMPTS,
    error_handling::MAX_DELAY,
    error_handling::JITTER,
    error_handling::CATCHER_NEXT,
    choice::EMPTY_OR_WITHOUT_NEXT,
    choice::ONE_TEST,
    choice::NEXT_INSIDE,
    choice::OPERAND,
    coverage::NO_DEFAULT,
    coverage::ABSENT,
    wait::ONE_FIELD,
    wait::SECONDS,
    wait::TIMESTAMP,
    fail::TWICE,
    fail::NO_STRING,
    map_parallel::BRANCHES,
    map_parallel::PROCESSOR,
    map_parallel::VALUE_AND_PATH,
    distributed::ONLY_DISTRIBUTED,
    distributed::EXECUTION_TYPE,
    map_parallel::TOLERATED,
    name::LABEL,
    distributed::REQUIRED,
    distributed::IN_EXPRESS,
    distributed::FORMAT,
    path::NO_PATH,
    path::NO_REFERENCE,
    template::NEITHER_PATH_NOR_CALL,
    template::TWICE,
    template::UNKNOWN_FUNCTION,
    template::CALL,
    literal::NO_DOLLAR,
    literal::NO_PATH,
    literal::STATIC_RESULT,
    query_language::DOWNGRADE,
    query_language::JSONATA_ONLY,
    query_language::JSONPATH_ONLY,
    query_language::IN_PROCESSOR,
    jsonata::INVALID,
    jsonata::NOT_CLOSED,
    jsonata::TOP_LEVEL,
    jsonata::CONTEXT,
    jsonata::STATES,
    choice::CONDITION,
    variable::UNASSIGNED,
    variable::NAME,
    variable::SHADOWS,
    variable::TOGETHER,
    jsonata::UNKNOWN_FUNCTION,
    limits::PAYLOAD,
    limits::HISTORY,
    task::LAMBDA_RETRY,
    arguments::MISSING,
];

/// Returns the rule with an id or a name, regardless of case.
///
/// ```
/// use stepwright_asl::validate::rule;
///
/// assert_eq!(rule("sw020").and_then(|rule| rule.code), Some("MISSING_TRANSITION_TARGET"));
/// assert_eq!(rule("missing-transition-target").map(|rule| rule.id), Some("SW020"));
/// assert!(rule("SW999").is_none());
/// ```
pub fn rule(id: &str) -> Option<&'static Rule> {
    let mut rules = RULES.iter();
    rules.find(|rule| rule.id.eq_ignore_ascii_case(id) || rule.name.eq_ignore_ascii_case(id))
}
