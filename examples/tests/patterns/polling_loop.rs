use std::time::Duration;

use serde_json::{Value, json};
use stepwright_examples::patterns::polling_loop::{Recording, Transcription};
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};

use super::run;

pub(super) fn recording() -> Recording {
    Recording {
        id: "call-1".to_owned(),
        location: "s3://calls/1.mp3".to_owned(),
    }
}

pub(super) fn started() -> Mock<AnyOutput> {
    Mock::output(json!({"TranscriptionJob": {"TranscriptionJobStatus": "IN_PROGRESS"}}))
}

pub(super) fn job(job: Value) -> Mock<AnyOutput> {
    Mock::output(json!({"TranscriptionJob": job}))
}

pub(super) fn at_work() -> Mock<AnyOutput> {
    job(json!({"TranscriptionJobStatus": "IN_PROGRESS"}))
}

pub(super) fn completed() -> Mock<AnyOutput> {
    job(json!({
        "TranscriptionJobStatus": "COMPLETED",
        "Transcript": {"TranscriptFileUri": "https://texts/1.json"},
    }))
}

#[tokio::test]
async fn the_pauses_grow_and_the_result_is_the_transcript_url() {
    let mocks = Mocks::new()
        .state("Start", started())
        .state("Look", at_work().times(3).then(completed()));
    let report = run::<Transcription>(mocks, recording()).await;
    expect(&report)
        .output("https://texts/1.json")
        .called("Look", 4)
        .took(Duration::from_secs(10 + 20 + 40 + 80))
        .calls(
            "Start",
            [json!({
                "TranscriptionJobName": "call-1",
                "IdentifyLanguage": true,
                "Media": {"MediaFileUri": "s3://calls/1.mp3"},
                "OutputBucketName": "the TranscriptBucket",
            })],
        );
}

#[tokio::test]
async fn an_already_started_job_is_polled() {
    let conflict = Mock::failure("Transcribe.ConflictException", "the job exists");
    let mocks = Mocks::new()
        .state("Start", conflict)
        .state("Look", completed());
    let report = run::<Transcription>(mocks, recording()).await;
    expect(&report).path(["Start", "Begin", "Pause", "Look", "Decide", "Done"]);
}

#[tokio::test]
async fn a_failed_job_reports_its_reason() {
    let failed = job(json!({
        "TranscriptionJobStatus": "FAILED",
        "FailureReason": "the file is no recording",
    }));
    let mocks = Mocks::new()
        .state("Start", started())
        .state("Look", at_work().times(1).then(failed));
    let report = run::<Transcription>(mocks, recording()).await;
    expect(&report)
        .failed("TranscriptionFailed")
        .cause("the file is no recording");
}

#[tokio::test]
async fn a_job_that_never_ends_fails_with_too_slow() {
    let mocks = Mocks::new()
        .state("Start", started())
        .state("Look", at_work());
    let report = run::<Transcription>(mocks, recording()).await;
    // 10, 20, 40, 80 and 160 seconds, then five minutes each.
    expect(&report)
        .failed("TooSlow")
        .cause("call-1 was not transcribed after 40 looks")
        .called("Look", 41)
        .took(Duration::from_secs(310 + 36 * 300));
}
