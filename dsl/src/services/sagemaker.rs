//! Amazon SageMaker AI.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html>

/// Defines the actions, whose parameters are structures of the service's API.
macro_rules! sagemaker {
    ($(
        $(#[$doc:meta])*
        $function:ident = $action:ident($resource:literal) -> $answer:ident($arn:literal)
        $(, sync -> $job:ty)?;
        $($required:ident: $kind:ident = $key:literal,)*
        { $($optional:ident: $optional_kind:ident = $optional_key:literal,)* }
    )+) => {$(
        action! {
            $(#[$doc])*
            $function = $action($resource) -> $answer $(, sync -> $job)?;
            $($required: $kind = $key,)*
            { $($optional: $optional_kind = $optional_key,)* }
        }

        answer! {
            #[doc = concat!("What `", $resource, "` gives.")]
            $answer {
                /// Its ARN.
                arn: String = $arn,
            } optional {}
        }
    )+};
}

sagemaker! {
    /// Creates an endpoint from a configuration.
    create_endpoint = CreateEndpoint("sagemaker:createEndpoint") -> CreateEndpointAnswer("EndpointArn");
    endpoint_name: Text = "EndpointName",
    endpoint_config_name: Text = "EndpointConfigName",
    {
        tags: Json = "Tags",
    }

    /// Creates the configuration of an endpoint.
    create_endpoint_config = CreateEndpointConfig("sagemaker:createEndpointConfig") -> CreateEndpointConfigAnswer("EndpointConfigArn");
    endpoint_config_name: Text = "EndpointConfigName",
    production_variants: Json = "ProductionVariants",
    {
        data_capture_config: Json = "DataCaptureConfig",
        kms_key_id: Text = "KmsKeyId",
        tags: Json = "Tags",
    }

    /// Searches for the best hyperparameters.
    create_hyper_parameter_tuning_job = CreateHyperParameterTuningJob("sagemaker:createHyperParameterTuningJob") -> CreateHyperParameterTuningJobAnswer("HyperParameterTuningJobArn"), sync -> TuningJob;
    hyper_parameter_tuning_job_name: Text = "HyperParameterTuningJobName",
    hyper_parameter_tuning_job_config: Json = "HyperParameterTuningJobConfig",
    {
        training_job_definition: Json = "TrainingJobDefinition",
        warm_start_config: Json = "WarmStartConfig",
        tags: Json = "Tags",
    }

    /// Starts a job in which people label data.
    create_labeling_job = CreateLabelingJob("sagemaker:createLabelingJob") -> CreateLabelingJobAnswer("LabelingJobArn"), sync -> LabelingJob;
    labeling_job_name: Text = "LabelingJobName",
    label_attribute_name: Text = "LabelAttributeName",
    input_config: Json = "InputConfig",
    output_config: Json = "OutputConfig",
    role_arn: Text = "RoleArn",
    human_task_config: Json = "HumanTaskConfig",
    {
        label_category_config_s3_uri: Text = "LabelCategoryConfigS3Uri",
        labeling_job_algorithms_config: Json = "LabelingJobAlgorithmsConfig",
        stopping_conditions: Json = "StoppingConditions",
        tags: Json = "Tags",
    }

    /// Creates a model.
    create_model = CreateModel("sagemaker:createModel") -> CreateModelAnswer("ModelArn");
    model_name: Text = "ModelName",
    {
        containers: Json = "Containers",
        enable_network_isolation: Flag = "EnableNetworkIsolation",
        execution_role_arn: Text = "ExecutionRoleArn",
        primary_container: Json = "PrimaryContainer",
        vpc_config: Json = "VpcConfig",
        tags: Json = "Tags",
    }

    /// Processes data.
    create_processing_job = CreateProcessingJob("sagemaker:createProcessingJob") -> CreateProcessingJobAnswer("ProcessingJobArn"), sync -> ProcessingJob;
    processing_job_name: Text = "ProcessingJobName",
    processing_resources: Json = "ProcessingResources",
    app_specification: Json = "AppSpecification",
    role_arn: Text = "RoleArn",
    {
        environment: Json = "Environment",
        experiment_config: Json = "ExperimentConfig",
        network_config: Json = "NetworkConfig",
        processing_inputs: Json = "ProcessingInputs",
        processing_output_config: Json = "ProcessingOutputConfig",
        stopping_condition: Json = "StoppingCondition",
        tags: Json = "Tags",
    }

    /// Trains a model.
    create_training_job = CreateTrainingJob("sagemaker:createTrainingJob") -> CreateTrainingJobAnswer("TrainingJobArn"), sync -> TrainingJob;
    training_job_name: Text = "TrainingJobName",
    role_arn: Text = "RoleArn",
    output_data_config: Json = "OutputDataConfig",
    {
        algorithm_specification: Json = "AlgorithmSpecification",
        checkpoint_config: Json = "CheckpointConfig",
        enable_managed_spot_training: Flag = "EnableManagedSpotTraining",
        environment: Json = "Environment",
        hyper_parameters: Json = "HyperParameters",
        input_data_config: Json = "InputDataConfig",
        resource_config: Json = "ResourceConfig",
        stopping_condition: Json = "StoppingCondition",
        vpc_config: Json = "VpcConfig",
        tags: Json = "Tags",
    }

    /// Runs a model on a whole data set.
    create_transform_job = CreateTransformJob("sagemaker:createTransformJob") -> CreateTransformJobAnswer("TransformJobArn"), sync -> TransformJob;
    transform_job_name: Text = "TransformJobName",
    model_name: Text = "ModelName",
    transform_input: Json = "TransformInput",
    transform_output: Json = "TransformOutput",
    transform_resources: Json = "TransformResources",
    {
        batch_strategy: Text = "BatchStrategy",
        data_processing: Json = "DataProcessing",
        environment: Json = "Environment",
        max_concurrent_transforms: Number = "MaxConcurrentTransforms",
        max_payload_in_mb: Number = "MaxPayloadInMB",
        tags: Json = "Tags",
    }

    /// Changes the configuration of an endpoint.
    update_endpoint = UpdateEndpoint("sagemaker:updateEndpoint") -> UpdateEndpointAnswer("EndpointArn");
    endpoint_name: Text = "EndpointName",
    endpoint_config_name: Text = "EndpointConfigName",
    {
        deployment_config: Json = "DeploymentConfig",
        retain_all_variant_properties: Flag = "RetainAllVariantProperties",
    }
}

/// A finished job: its name, its ARN, its status, and further fields of DescribeTrainingJob and
/// similar actions.
macro_rules! job {
    ($(#[$doc:meta])* $name:ident($job_name:literal, $arn:literal, $status:literal) { $($(#[$field_doc:meta])* $field:ident: $ty:ty = $wire:literal,)* }) => {
        answer! {
            $(#[$doc])*
            $name {
                /// Its name.
                name: String = $job_name,
                /// Its ARN.
                arn: String = $arn,
                /// Its final status: `Completed`. A failed job fails the state.
                status: String = $status,
            } optional {
                /// The reason for a failure.
                failure_reason: String = "FailureReason",
                $($(#[$field_doc])* $field: $ty = $wire,)*
            }
        }
    };
}

job! {
    /// A training job.
    TrainingJob("TrainingJobName", "TrainingJobArn", "TrainingJobStatus") {
        /// The location of the model: `{"S3ModelArtifacts"}`.
        model_artifacts: serde_json::Value = "ModelArtifacts",
        /// The last value of each metric.
        final_metric_data_list: Vec<serde_json::Value> = "FinalMetricDataList",
        /// The billable time in seconds.
        billable_time_in_seconds: u64 = "BillableTimeInSeconds",
    }
}

job! {
    /// A transform job.
    TransformJob("TransformJobName", "TransformJobArn", "TransformJobStatus") {
        /// The location of the results.
        transform_output: serde_json::Value = "TransformOutput",
    }
}

job! {
    /// A processing job.
    ProcessingJob("ProcessingJobName", "ProcessingJobArn", "ProcessingJobStatus") {
        /// The exit message of its container.
        exit_message: String = "ExitMessage",
        /// The location of its results.
        processing_output_config: serde_json::Value = "ProcessingOutputConfig",
    }
}

job! {
    /// A labeling job.
    LabelingJob("LabelingJobName", "LabelingJobArn", "LabelingJobStatus") {
        /// The location of the labels.
        labeling_job_output: serde_json::Value = "LabelingJobOutput",
        /// The numbers of labeled objects.
        label_counters: serde_json::Value = "LabelCounters",
    }
}

job! {
    /// A tuning job.
    TuningJob("HyperParameterTuningJobName", "HyperParameterTuningJobArn", "HyperParameterTuningJobStatus") {
        /// The best training job.
        best_training_job: serde_json::Value = "BestTrainingJob",
    }
}
