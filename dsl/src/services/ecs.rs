//! Amazon ECS and AWS Fargate. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html>

action! {
    /// Runs a task.
    run_task = RunTask("ecs:runTask") -> RunTaskAnswer, sync -> Task => token;
    task_definition: Text = "TaskDefinition",
    {
        capacity_provider_strategy: Json = "CapacityProviderStrategy",
        cluster: Text = "Cluster",
        enable_execute_command: Flag = "EnableExecuteCommand",
        group: Text = "Group",
        launch_type: Text = "LaunchType",
        network_configuration: Json = "NetworkConfiguration",
        overrides: Json = "Overrides",
        placement_constraints: Json = "PlacementConstraints",
        placement_strategy: Json = "PlacementStrategy",
        platform_version: Text = "PlatformVersion",
        propagate_tags: Text = "PropagateTags",
        tags: Json = "Tags",
    }
}

answer! {
    /// What `ecs:runTask` gives.
    RunTaskAnswer {
        /// The tasks that were started.
        tasks: Vec<Task> = "Tasks",
        /// What was not: `{"Arn", "Reason"}`.
        failures: Vec<serde_json::Value> = "Failures",
    } optional {}
}

answer! {
    /// A task.
    Task {
        /// Its ARN.
        task_arn: String = "TaskArn",
    } optional {
        /// Its cluster's ARN.
        cluster_arn: String = "ClusterArn",
        /// Its containers, each with its `ExitCode` once it has ended.
        containers: Vec<serde_json::Value> = "Containers",
        /// Where it is: `PROVISIONING`, `STOPPED`.
        last_status: String = "LastStatus",
        /// Why it stopped, as a code.
        stop_code: String = "StopCode",
        /// Why it stopped.
        stopped_reason: String = "StoppedReason",
        /// Its definition's ARN.
        task_definition_arn: String = "TaskDefinitionArn",
    }
}
