//! A polling loop, for a service without `.sync`: start the job, wait, poll, wait longer, and fail
//! after a limit. No Lambda: the AWS SDK integrations start and poll the job.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Recording {
    pub id: String,
    /// `s3://..`
    pub location: String,
}

/// The response of GetTranscriptionJob.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct JobAnswer {
    pub transcription_job: Job,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct Job {
    pub transcription_job_status: String,
    pub transcript: Option<Transcript>,
    pub failure_reason: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct Transcript {
    pub transcript_file_uri: String,
}

/// The maximum number of polls: with the waits in between about three hours.
const LOOKS: u32 = 40;

workflow! {
    /// Transcribes a recording and returns the location of the text.
    pub workflow Transcription(recording: Recording) -> String {
        deny unbounded_loop;

        task Start {
            service "arn:aws:states:::aws-sdk:transcribe:startTranscriptionJob" {
                TranscriptionJobName: recording.id,
                IdentifyLanguage: true,
                Media: { MediaFileUri: recording.location },
                OutputBucketName: placeholder!("TranscriptBucket")
            };
            retry "Transcribe.LimitExceededException" (interval: 30s, max_attempts: 8, backoff_rate: 1.5, jitter: full);
            // Started before, by an execution that was stopped: the job is the same.
            catch "Transcribe.ConflictException" => Begin;
            next Begin;
        }

        pass Begin {
            let looks = 0;
            let pause = 10;
            next Pause;
        }

        wait Pause { seconds pause; next Look; }

        task Look {
            let answer: JobAnswer = service "arn:aws:states:::aws-sdk:transcribe:getTranscriptionJob" { TranscriptionJobName: recording.id };
            let job = answer.transcription_job;
            retry "Transcribe.LimitExceededException" (interval: 5s, max_attempts: 8, backoff_rate: 2.0, jitter: full);
            next Decide;
        }

        choice Decide {
            when job.transcription_job_status == "COMPLETED" => Done;
            when job.transcription_job_status == "FAILED" => Failed;
            when looks < LOOKS => {
                let looks = looks + 1;
                let pause = if pause * 2 > 300 { 300 } else { pause * 2 };
                next Pause;
            }
            otherwise => GaveUp;
        }

        succeed Done { job.transcript.map(|transcript| transcript.transcript_file_uri).unwrap_or_default() }
        fail Failed { "TranscriptionFailed", job.failure_reason.unwrap_or("no reason was given".to_string()) }
        fail GaveUp { "TooSlow", format!("{} was not transcribed after {looks} looks", recording.id) }
    }
}
