//! A polling loop, as an async function. It differs from `polling_loop.rs` in the calls: tasks with
//! the resource of an AWS SDK integration give the requests and the errors of the service types.

use crate::patterns::polling_loop::{JobAnswer, Recording};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::function::*;

/// The maximum number of polls: with the waits in between about three hours.
const LOOKS: u32 = 40;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct NewJob {
    pub transcription_job_name: String,
    pub identify_language: bool,
    pub media: Media,
    pub output_bucket_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct Media {
    pub media_file_uri: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct JobQuery {
    pub transcription_job_name: String,
}

/// The errors of Transcribe that the workflow handles.
#[derive(Debug, thiserror::Error, TaskError)]
pub enum TranscribeError {
    #[error("too many requests")]
    #[task_error(name = "Transcribe.LimitExceededException")]
    LimitExceeded,
    #[error("the job exists")]
    #[task_error(name = "Transcribe.ConflictException")]
    Conflict,
}

#[task(resource = "arn:aws:states:::aws-sdk:transcribe:startTranscriptionJob")]
pub async fn start_job(job: NewJob) -> Result<JobAnswer, TranscribeError>;
#[task(resource = "arn:aws:states:::aws-sdk:transcribe:getTranscriptionJob")]
pub async fn get_job(job: JobQuery) -> Result<JobAnswer, TranscribeError>;

#[derive(Debug, thiserror::Error, TaskError)]
pub enum TranscriptionFailed {
    #[error("{reason}")]
    #[task_error(name = "TranscriptionFailed")]
    Failed { reason: String },
    #[error("{id} was not transcribed after {looks} looks")]
    #[task_error(name = "TooSlow")]
    GaveUp { id: String, looks: u32 },
    #[error(transparent)]
    #[task_error(transparent)]
    Transcribe(#[from] TranscribeError),
}

/// Transcribes a recording and returns the location of the text.
#[workflow(deny(unbounded_loop))]
pub async fn transcription(recording: Recording) -> Result<String, TranscriptionFailed> {
    match start_job(NewJob {
        transcription_job_name: recording.id.clone(),
        identify_language: true,
        media: Media {
            media_file_uri: recording.location.clone(),
        },
        output_bucket_name: placeholder!("TranscriptBucket"),
    })
    .retry(
        |e| matches!(e, TranscribeError::LimitExceeded),
        every(secs(30)).times(8).backoff(1.5).jitter(),
    )
    .named("Start")
    .await
    {
        // A conflict: started before, by an execution that was stopped. The job is the same.
        Ok(_) | Err(TranscribeError::Conflict) => {}
        Err(e) => return Err(e.into()),
    }

    #[state(Begin)]
    let mut looks = 0;
    let mut pause = 10;
    loop {
        #[state(Pause)]
        sleep(secs(pause)).await;
        let job = get_job(JobQuery {
            transcription_job_name: recording.id.clone(),
        })
        .retry(
            |e| matches!(e, TranscribeError::LimitExceeded),
            every(secs(5)).times(8).backoff(2.0).jitter(),
        )
        .named("Look")
        .await?
        .transcription_job;
        #[state(Decide)]
        if job.transcription_job_status == "COMPLETED" {
            return Ok(job
                .transcript
                .map(|transcript| transcript.transcript_file_uri)
                .unwrap_or_default());
        } else if job.transcription_job_status == "FAILED" {
            return Err(TranscriptionFailed::Failed {
                reason: job
                    .failure_reason
                    .unwrap_or("no reason was given".to_owned()),
            });
        } else if looks >= LOOKS {
            return Err(TranscriptionFailed::GaveUp {
                id: recording.id,
                looks,
            });
        }
        looks += 1;
        pause = if pause * 2 > 300 { 300 } else { pause * 2 };
    }
}
