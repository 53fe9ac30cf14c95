//! Amazon ECS and AWS Fargate.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html>

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
    /// The result of `ecs:runTask`.
    RunTaskAnswer {
        /// The started tasks.
        tasks: Vec<Task> = "Tasks",
        /// The tasks that could not be started: `{"Arn", "Reason"}`.
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
        /// Its containers; a container that ended has an `ExitCode`.
        containers: Vec<serde_json::Value> = "Containers",
        /// Its status: `PROVISIONING`, `STOPPED`.
        last_status: String = "LastStatus",
        /// The code of the reason why it stopped.
        stop_code: String = "StopCode",
        /// The reason why it stopped.
        stopped_reason: String = "StoppedReason",
        /// Its definition's ARN.
        task_definition_arn: String = "TaskDefinitionArn",
    }
}
