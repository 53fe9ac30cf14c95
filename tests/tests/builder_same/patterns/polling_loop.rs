use super::super::domain::same;
use super::{known, named, read};
use stepwright::builder::{AnyInput, Expression, FlowBuilder, Lint, Retry, States};
use stepwright::expr;
use stepwright_examples::patterns::polling_loop::{Job, JobAnswer, Recording, Transcription};

fn limited(interval: u32, rate: f64) -> Retry<States> {
    Retry::on(named(["Transcribe.LimitExceededException"]))
        .interval(interval)
        .max_attempts(8)
        .backoff_rate(rate)
        .full_jitter()
}

#[test]
fn polling_loop_is_the_same() {
    let flow = FlowBuilder::<Recording, String>::new("Transcription")
        .comment("Transcribes a recording and returns the location of the text.")
        .deny(Lint::UnboundedLoop)
        .allow(Lint::UnusedVariables);
    let recording = flow.parameter("recording");
    let (looks, pause) = (flow.variable::<u32>("looks"), flow.variable::<u32>("pause"));
    let (answer, job) = (
        flow.variable::<JobAnswer>("answer"),
        flow.variable::<Job>("job"),
    );
    let (start, begin) = (flow.step("Start"), flow.step("Begin"));
    let (wait, look, decide) = (flow.step("Pause"), flow.step("Look"), flow.step("Decide"));
    let (done, failed, gave_up) = (flow.step("Done"), flow.step("Failed"), flow.step("GaveUp"));
    flow.start_at(&start);
    let media = [("MediaFileUri", read!([recording] recording.location))];
    flow.service::<_, AnyInput, _>(
        &start,
        "arn:aws:states:::aws-sdk:transcribe:startTranscriptionJob",
        [
            ("TranscriptionJobName", read!([recording] recording.id)),
            ("IdentifyLanguage", known(true)),
            ("Media", Expression::object(media)),
            (
                "OutputBucketName",
                read!([] placeholder!("TranscriptBucket")),
            ),
        ],
    )
    .retry(limited(30, 1.5))
    .catch(named(["Transcribe.ConflictException"]), &begin)
    .next(&begin);
    flow.pass_on(&begin)
        .assign(&looks, expr!(|_: AnyInput| 0))
        .assign(&pause, expr!(|_: AnyInput| 10))
        .next(&wait);
    flow.wait(&wait, expr!([pause] || pause)).next(&look);
    flow.service(
        &look,
        "arn:aws:states:::aws-sdk:transcribe:getTranscriptionJob",
        [("TranscriptionJobName", read!([recording] recording.id))],
    )
    .retry(limited(5, 2.0))
    .bind(&answer)
    .assign(
        &job,
        expr!(|_: AnyInput, answer: JobAnswer| answer.transcription_job),
    )
    .next(&decide);
    flow.choice(&decide)
        .when(
            expr!([job] || job.transcription_job_status == "COMPLETED"),
            &done,
        )
        .when(
            expr!([job] || job.transcription_job_status == "FAILED"),
            &failed,
        )
        .when(
            expr!([looks] || looks < 40),
            wait.assigning(&looks, expr!([looks] || looks + 1))
                .assigning(
                    &pause,
                    expr!([pause] || if pause * 2 > 300 { 300 } else { pause * 2 }),
                ),
        )
        .otherwise(&gave_up);
    flow.succeed_with(
        &done,
        expr!(
            [job]
                || job
                    .transcript
                    .map(|transcript| transcript.transcript_file_uri)
                    .unwrap_or_default()
        ),
    );
    flow.fail(
        &failed,
        "TranscriptionFailed",
        expr!(
            [job]
                || job
                    .failure_reason
                    .unwrap_or("no reason was given".to_string())
        ),
    );
    flow.fail(
        &gave_up,
        "TooSlow",
        expr!(
            [recording, looks]
                || format!("{} was not transcribed after {looks} looks", recording.id)
        ),
    );
    same::<Transcription, _, _>(&flow.build().unwrap());
}
