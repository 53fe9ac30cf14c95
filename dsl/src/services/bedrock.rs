//! Amazon Bedrock. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html>

action! {
    /// Invokes a model. The format of the body depends on the model.
    invoke_model = InvokeModel("bedrock:invokeModel") -> InvokeModelAnswer => token;
    model_id: Text = "ModelId",
    {
        accept: Text = "Accept",
        body: Json = "Body",
        content_type: Text = "ContentType",
        guardrail_identifier: Text = "GuardrailIdentifier",
        guardrail_version: Text = "GuardrailVersion",
        input: Json = "Input",
        output: Json = "Output",
        trace: Text = "Trace",
    }
}

action! {
    /// Customizes a model with training data.
    create_model_customization_job = CreateModelCustomizationJob("bedrock:createModelCustomizationJob") -> CreateModelCustomizationJobAnswer, sync -> serde_json::Value;
    job_name: Text = "JobName",
    custom_model_name: Text = "CustomModelName",
    role_arn: Text = "RoleArn",
    base_model_identifier: Text = "BaseModelIdentifier",
    training_data_config: Json = "TrainingDataConfig",
    output_data_config: Json = "OutputDataConfig",
    {
        client_request_token: Text = "ClientRequestToken",
        custom_model_kms_key_id: Text = "CustomModelKmsKeyId",
        custom_model_tags: Json = "CustomModelTags",
        customization_type: Text = "CustomizationType",
        hyper_parameters: Json = "HyperParameters",
        job_tags: Json = "JobTags",
        validation_data_config: Json = "ValidationDataConfig",
        vpc_config: Json = "VpcConfig",
    }
}

answer! {
    /// The result of `bedrock:invokeModel`.
    InvokeModelAnswer {
        /// The model's response, or, with `Output`, the location that it was written to.
        body: serde_json::Value = "Body",
    } optional {
        /// The content type of the response.
        content_type: String = "ContentType",
    }
}

answer! {
    /// The result of `bedrock:createModelCustomizationJob`.
    CreateModelCustomizationJobAnswer {
        /// The job's ARN.
        job_arn: String = "JobArn",
    } optional {}
}
