//! AWS Batch. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html>

action! {
    /// Submits a job.
    submit_job = SubmitJob("batch:submitJob") -> SubmitJobAnswer, sync -> Job;
    job_name: Text = "JobName",
    job_queue: Text = "JobQueue",
    job_definition: Text = "JobDefinition",
    {
        array_properties: Json = "ArrayProperties",
        container_overrides: Json = "ContainerOverrides",
        depends_on: Json = "DependsOn",
        eks_properties_override: Json = "EksPropertiesOverride",
        node_overrides: Json = "NodeOverrides",
        parameters: Json = "Parameters",
        propagate_tags: Flag = "PropagateTags",
        retry_strategy: Json = "RetryStrategy",
        scheduling_priority_override: Number = "SchedulingPriorityOverride",
        share_identifier: Text = "ShareIdentifier",
        tags: Json = "Tags",
        timeout: Json = "Timeout",
    }
}

answer! {
    /// The result of `batch:submitJob`.
    SubmitJobAnswer {
        /// The job's id.
        job_id: String = "JobId",
        /// Its name.
        job_name: String = "JobName",
    } optional {
        /// Its ARN.
        job_arn: String = "JobArn",
    }
}

answer! {
    /// A finished job.
    Job {
        /// Its id.
        job_id: String = "JobId",
        /// Its name.
        job_name: String = "JobName",
        /// Its final status: `SUCCEEDED`. A failed job fails the state.
        status: String = "Status",
    } optional {
        /// Its attempts.
        attempts: Vec<serde_json::Value> = "Attempts",
        /// Its container.
        container: serde_json::Value = "Container",
        /// Its queue.
        job_queue: String = "JobQueue",
        /// The reason for its status.
        status_reason: String = "StatusReason",
    }
}
