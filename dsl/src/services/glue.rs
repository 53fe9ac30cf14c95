//! AWS Glue. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html>

action! {
    /// Starts a run of a job.
    start_job_run = StartJobRun("glue:startJobRun") -> StartJobRunAnswer, sync -> JobRun;
    job_name: Text = "JobName",
    {
        allocated_capacity: Number = "AllocatedCapacity",
        arguments: Json = "Arguments",
        execution_class: Text = "ExecutionClass",
        job_run_id: Text = "JobRunId",
        max_capacity: Json = "MaxCapacity",
        notification_property: Json = "NotificationProperty",
        number_of_workers: Number = "NumberOfWorkers",
        security_configuration: Text = "SecurityConfiguration",
        timeout: Number = "Timeout",
        worker_type: Text = "WorkerType",
    }
}

answer! {
    /// The result of `glue:startJobRun`.
    StartJobRunAnswer {
        /// The run's id.
        job_run_id: String = "JobRunId",
    } optional {
        /// The job's name.
        job_name: String = "JobName",
    }
}

answer! {
    /// A finished run of a job.
    JobRun {
        /// Its id.
        id: String = "Id",
        /// The job's name.
        job_name: String = "JobName",
        /// Its final status: `SUCCEEDED`. A failed run fails the state.
        job_run_state: String = "JobRunState",
    } optional {
        /// Its arguments.
        arguments: serde_json::Value = "Arguments",
        /// Its error message.
        error_message: String = "ErrorMessage",
        /// Its run time in seconds.
        execution_time: u64 = "ExecutionTime",
    }
}
