//! All rules: one folder for each topic, one file for each rule.

mod choices;
mod data;
mod document;
mod errors;
mod field_fixes;
mod fields;
mod jsonata;
mod limits;
mod maps;
mod prelude;
mod proposals;
mod state_fixes;
mod structure;
mod tasks;
mod transitions;
mod variables;
mod waits_and_fails;

use super::rule::Rule;

/// Every rule, ordered by id.
pub const RULES: &[Rule] = &[
    document::invalid_json::RULE,
    document::empty_definition::RULE,
    document::definition_too_long::RULE,
    document::unknown_rule::RULE,
    document::unknown_placeholder::RULE,
    structure::missing_states::RULE,
    structure::missing_start_at::RULE,
    transitions::missing_start_target::RULE,
    document::unknown_version::RULE,
    structure::unknown_field::RULE,
    structure::unknown_state_type::RULE,
    structure::empty_states::RULE,
    structure::wrong_value_type::RULE,
    transitions::missing_transition_target::RULE,
    transitions::unreachable_state::RULE,
    transitions::unreachable_loop::RULE,
    transitions::missing_end_state::RULE,
    transitions::endless_loop::RULE,
    structure::duplicate_state_name::RULE,
    transitions::transition_between_containers::RULE,
    transitions::next_with_end::RULE,
    transitions::missing_next_or_end::RULE,
    transitions::needless_end_false::RULE,
    transitions::next_not_allowed::RULE,
    structure::invalid_state_name::RULE,
    structure::nested_too_deep::RULE,
    tasks::missing_resource::RULE,
    tasks::unknown_resource::RULE,
    tasks::timeout_and_path::RULE,
    tasks::timeout_out_of_range::RULE,
    tasks::heartbeat_not_shorter::RULE,
    tasks::invalid_credentials::RULE,
    tasks::waiting_in_express::RULE,
    tasks::unused_task_token::RULE,
    tasks::missing_timeout::RULE,
    tasks::unknown_argument::RULE,
    errors::missing_error_names::RULE,
    errors::catch_all_not_alone::RULE,
    errors::catch_all_not_last::RULE,
    errors::unknown_error_name::RULE,
    errors::uncatchable_error::RULE,
    errors::unused_error_handler::RULE,
    errors::shrinking_backoff::RULE,
    errors::retry_out_of_range::RULE,
    errors::max_delay_out_of_range::RULE,
    errors::unknown_jitter_strategy::RULE,
    errors::catcher_without_next::RULE,
    errors::unmatched_error_name::RULE,
    choices::incomplete_choices::RULE,
    choices::not_one_comparison::RULE,
    choices::next_in_inner_rule::RULE,
    choices::wrong_operand_type::RULE,
    choices::missing_default::RULE,
    choices::untested_presence::RULE,
    waits_and_fails::not_one_wait_field::RULE,
    waits_and_fails::wait_out_of_range::RULE,
    waits_and_fails::invalid_timestamp::RULE,
    waits_and_fails::conflicting_fail_fields::RULE,
    waits_and_fails::fail_path_without_string::RULE,
    maps::missing_branches::RULE,
    maps::not_one_processor::RULE,
    maps::value_and_path::RULE,
    maps::distributed_field_in_inline_map::RULE,
    maps::missing_execution_type::RULE,
    maps::map_number_out_of_range::RULE,
    maps::invalid_label::RULE,
    maps::incomplete_reader_or_writer::RULE,
    maps::distributed_map_in_express::RULE,
    maps::invalid_writer_config::RULE,
    data::invalid_path::RULE,
    data::not_a_reference_path::RULE,
    data::invalid_dynamic_value::RULE,
    data::duplicate_template_key::RULE,
    data::unknown_intrinsic::RULE,
    data::invalid_intrinsic_call::RULE,
    data::missing_dollar::RULE,
    data::missing_path_suffix::RULE,
    data::static_result::RULE,
    data::invalid_format_template::RULE,
    jsonata::jsonpath_in_jsonata_machine::RULE,
    jsonata::jsonata_field_in_jsonpath::RULE,
    jsonata::jsonpath_field_in_jsonata::RULE,
    jsonata::misplaced_query_language::RULE,
    jsonata::invalid_jsonata::RULE,
    jsonata::broken_delimiters::RULE,
    jsonata::bare_name_in_jsonata::RULE,
    jsonata::missing_jsonata_context::RULE,
    jsonata::unavailable_states_field::RULE,
    choices::invalid_jsonata_choice::RULE,
    variables::unassigned_variable::RULE,
    variables::invalid_variable_name::RULE,
    variables::shadowed_variable::RULE,
    variables::stale_variable::RULE,
    jsonata::unknown_jsonata_function::RULE,
    limits::large_map_result::RULE,
    limits::history_too_long::RULE,
    tasks::missing_lambda_retry::RULE,
    tasks::missing_argument::RULE,
    tasks::wrong_argument_type::RULE,
    tasks::invalid_argument_value::RULE,
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
