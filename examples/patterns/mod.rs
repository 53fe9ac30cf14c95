//! Common patterns, one file each; `examples/README.md` contains the table.
//!
//! Tests of their paths, calls and failures are in `examples/tests/patterns`, with the ASL of each.

pub mod api_orchestration;
pub mod dynamodb_without_lambda;
pub mod ecs_job;
pub mod etl_distributed_map;
pub mod fan_out;
pub mod functions;
pub mod human_approval;
pub mod ml_pipeline;
pub mod nested_workflows;
pub mod parallel_microservices;
pub mod polling_loop;
pub mod saga;
pub mod try_catch_finally;

use stepwright::Definition;

/// The definition of each workflow here, in the order of the files.
pub fn definitions() -> Vec<Definition> {
    vec![
        api_orchestration::PriceQuote::definition(),
        dynamodb_without_lambda::SeatReservation::definition(),
        ecs_job::NightlySettlement::definition(),
        etl_distributed_map::ReadingsImport::definition(),
        fan_out::NewsletterIssue::definition(),
        human_approval::ExpenseApproval::definition(),
        ml_pipeline::ChurnModel::definition(),
        nested_workflows::IdentityCheck::definition(),
        nested_workflows::RiskScore::definition(),
        nested_workflows::WelcomeSeries::definition(),
        nested_workflows::AccountOpening::definition(),
        parallel_microservices::ProductPage::definition(),
        polling_loop::Transcription::definition(),
        saga::TripBooking::definition(),
        try_catch_finally::SchemaMigration::definition(),
    ]
}
