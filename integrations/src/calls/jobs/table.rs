//! The jobs of all `.sync` integrations. Actions, states and results are those of the services' API references and of the pages of the
//! [developer guide](https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html).

use super::kind::{JobEnd, JobKind, JobParameter, JobValue};

/// Returns the kind of job that an action starts.
pub(in crate::calls) fn job_kind(service: &str, action: &str) -> Option<&'static JobKind> {
    JOBS.iter()
        .find(|job| job.service == service && job.started_by.contains(&action))
}

pub(super) static JOBS: [JobKind; 31] = [
    JobKind {
        service: "ecs",
        started_by: &["runTask"],
        describe: "describeTasks",
        describe_parameters: &[
            JobParameter {
                name: "Cluster",
                value: JobValue::Request("/Cluster"),
            },
            JobParameter {
                name: "Tasks",
                value: JobValue::ListOfResponse("/Tasks/0/TaskArn"),
            },
        ],
        result: "/Tasks/0",
        status: "/LastStatus",
        succeeded: &["STOPPED"],
        failed: &[],
        stop: Some((
            "stopTask",
            &[
                JobParameter {
                    name: "Cluster",
                    value: JobValue::Request("/Cluster"),
                },
                JobParameter {
                    name: "Task",
                    value: JobValue::Response("/Tasks/0/TaskArn"),
                },
                JobParameter {
                    name: "Reason",
                    value: JobValue::Text("The task of the state ended"),
                },
            ],
        )),
        end: JobEnd::ExitCodes,
    },
    JobKind {
        service: "batch",
        started_by: &["submitJob"],
        describe: "describeJobs",
        describe_parameters: &[JobParameter {
            name: "Jobs",
            value: JobValue::ListOfResponse("/JobId"),
        }],
        result: "/Jobs/0",
        status: "/Status",
        succeeded: &["SUCCEEDED"],
        failed: &["FAILED"],
        stop: Some((
            "terminateJob",
            &[
                JobParameter {
                    name: "JobId",
                    value: JobValue::Response("/JobId"),
                },
                JobParameter {
                    name: "Reason",
                    value: JobValue::Text("The task of the state ended"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "glue",
        started_by: &["startJobRun"],
        describe: "getJobRun",
        describe_parameters: &[
            JobParameter {
                name: "JobName",
                value: JobValue::Request("/JobName"),
            },
            JobParameter {
                name: "RunId",
                value: JobValue::Response("/JobRunId"),
            },
        ],
        result: "/JobRun",
        status: "/JobRunState",
        succeeded: &["SUCCEEDED"],
        failed: &["FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"],
        stop: Some((
            "batchStopJobRun",
            &[
                JobParameter {
                    name: "JobName",
                    value: JobValue::Request("/JobName"),
                },
                JobParameter {
                    name: "JobRunIds",
                    value: JobValue::ListOfResponse("/JobRunId"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "athena",
        started_by: &["startQueryExecution"],
        describe: "getQueryExecution",
        describe_parameters: &[JobParameter {
            name: "QueryExecutionId",
            value: JobValue::Response("/QueryExecutionId"),
        }],
        result: "",
        status: "/QueryExecution/Status/State",
        succeeded: &["SUCCEEDED"],
        failed: &["FAILED", "CANCELLED"],
        stop: Some((
            "stopQueryExecution",
            &[JobParameter {
                name: "QueryExecutionId",
                value: JobValue::Response("/QueryExecutionId"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "codebuild",
        started_by: &["startBuild"],
        describe: "batchGetBuilds",
        describe_parameters: &[JobParameter {
            name: "Ids",
            value: JobValue::ListOfResponse("/Build/Id"),
        }],
        result: "/Builds/0",
        status: "/BuildStatus",
        succeeded: &["SUCCEEDED"],
        failed: &["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
        stop: Some((
            "stopBuild",
            &[JobParameter {
                name: "Id",
                value: JobValue::Response("/Build/Id"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "codebuild",
        started_by: &["startBuildBatch", "retryBuildBatch"],
        describe: "batchGetBuildBatches",
        describe_parameters: &[JobParameter {
            name: "Ids",
            value: JobValue::ListOfResponse("/BuildBatch/Id"),
        }],
        result: "/BuildBatches/0",
        status: "/BuildBatchStatus",
        succeeded: &["SUCCEEDED"],
        failed: &["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
        stop: Some((
            "stopBuildBatch",
            &[JobParameter {
                name: "Id",
                value: JobValue::Response("/BuildBatch/Id"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "databrew",
        started_by: &["startJobRun"],
        describe: "describeJobRun",
        describe_parameters: &[
            JobParameter {
                name: "Name",
                value: JobValue::Request("/Name"),
            },
            JobParameter {
                name: "RunId",
                value: JobValue::Response("/RunId"),
            },
        ],
        result: "",
        status: "/State",
        succeeded: &["SUCCEEDED"],
        failed: &["FAILED", "STOPPED", "TIMEOUT"],
        stop: Some((
            "stopJobRun",
            &[
                JobParameter {
                    name: "Name",
                    value: JobValue::Request("/Name"),
                },
                JobParameter {
                    name: "RunId",
                    value: JobValue::Response("/RunId"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "sagemaker",
        started_by: &["createTrainingJob"],
        describe: "describeTrainingJob",
        describe_parameters: &[JobParameter {
            name: "TrainingJobName",
            value: JobValue::Request("/TrainingJobName"),
        }],
        result: "",
        status: "/TrainingJobStatus",
        succeeded: &["Completed"],
        failed: &["Failed", "Stopped"],
        stop: Some((
            "stopTrainingJob",
            &[JobParameter {
                name: "TrainingJobName",
                value: JobValue::Request("/TrainingJobName"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "sagemaker",
        started_by: &["createTransformJob"],
        describe: "describeTransformJob",
        describe_parameters: &[JobParameter {
            name: "TransformJobName",
            value: JobValue::Request("/TransformJobName"),
        }],
        result: "",
        status: "/TransformJobStatus",
        succeeded: &["Completed"],
        failed: &["Failed", "Stopped"],
        stop: Some((
            "stopTransformJob",
            &[JobParameter {
                name: "TransformJobName",
                value: JobValue::Request("/TransformJobName"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "sagemaker",
        started_by: &["createProcessingJob"],
        describe: "describeProcessingJob",
        describe_parameters: &[JobParameter {
            name: "ProcessingJobName",
            value: JobValue::Request("/ProcessingJobName"),
        }],
        result: "",
        status: "/ProcessingJobStatus",
        succeeded: &["Completed"],
        failed: &["Failed", "Stopped"],
        stop: Some((
            "stopProcessingJob",
            &[JobParameter {
                name: "ProcessingJobName",
                value: JobValue::Request("/ProcessingJobName"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "sagemaker",
        started_by: &["createHyperParameterTuningJob"],
        describe: "describeHyperParameterTuningJob",
        describe_parameters: &[JobParameter {
            name: "HyperParameterTuningJobName",
            value: JobValue::Request("/HyperParameterTuningJobName"),
        }],
        result: "",
        status: "/HyperParameterTuningJobStatus",
        succeeded: &["Completed"],
        failed: &["Failed", "Stopped"],
        stop: Some((
            "stopHyperParameterTuningJob",
            &[JobParameter {
                name: "HyperParameterTuningJobName",
                value: JobValue::Request("/HyperParameterTuningJobName"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "sagemaker",
        started_by: &["createLabelingJob"],
        describe: "describeLabelingJob",
        describe_parameters: &[JobParameter {
            name: "LabelingJobName",
            value: JobValue::Request("/LabelingJobName"),
        }],
        result: "",
        status: "/LabelingJobStatus",
        succeeded: &["Completed"],
        failed: &["Failed", "Stopped"],
        stop: Some((
            "stopLabelingJob",
            &[JobParameter {
                name: "LabelingJobName",
                value: JobValue::Request("/LabelingJobName"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr",
        started_by: &["createCluster"],
        describe: "describeCluster",
        describe_parameters: &[JobParameter {
            name: "ClusterId",
            value: JobValue::Response("/ClusterId"),
        }],
        result: "",
        status: "/Cluster/Status/State",
        succeeded: &["WAITING", "TERMINATED"],
        failed: &["TERMINATED_WITH_ERRORS"],
        stop: Some((
            "terminateJobFlows",
            &[JobParameter {
                name: "JobFlowIds",
                value: JobValue::ListOfResponse("/ClusterId"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr",
        started_by: &["terminateCluster"],
        describe: "describeCluster",
        describe_parameters: &[JobParameter {
            name: "ClusterId",
            value: JobValue::Request("/ClusterId"),
        }],
        result: "",
        status: "/Cluster/Status/State",
        succeeded: &["TERMINATED", "TERMINATED_WITH_ERRORS"],
        failed: &[],
        stop: None,
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr",
        started_by: &["addStep"],
        describe: "describeStep",
        describe_parameters: &[
            JobParameter {
                name: "ClusterId",
                value: JobValue::Request("/ClusterId"),
            },
            JobParameter {
                name: "StepId",
                value: JobValue::Response("/StepId"),
            },
        ],
        result: "",
        status: "/Step/Status/State",
        succeeded: &["COMPLETED"],
        failed: &["CANCELLED", "FAILED", "INTERRUPTED"],
        stop: Some((
            "cancelSteps",
            &[
                JobParameter {
                    name: "ClusterId",
                    value: JobValue::Request("/ClusterId"),
                },
                JobParameter {
                    name: "StepIds",
                    value: JobValue::ListOfResponse("/StepId"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr-containers",
        started_by: &["startJobRun"],
        describe: "describeJobRun",
        describe_parameters: &[
            JobParameter {
                name: "VirtualClusterId",
                value: JobValue::Request("/VirtualClusterId"),
            },
            JobParameter {
                name: "Id",
                value: JobValue::Response("/Id"),
            },
        ],
        result: "",
        status: "/JobRun/State",
        succeeded: &["COMPLETED"],
        failed: &["FAILED", "CANCELLED"],
        stop: Some((
            "cancelJobRun",
            &[
                JobParameter {
                    name: "VirtualClusterId",
                    value: JobValue::Request("/VirtualClusterId"),
                },
                JobParameter {
                    name: "Id",
                    value: JobValue::Response("/Id"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr-containers",
        started_by: &["deleteVirtualCluster"],
        describe: "describeVirtualCluster",
        describe_parameters: &[JobParameter {
            name: "Id",
            value: JobValue::Request("/Id"),
        }],
        result: "",
        status: "/VirtualCluster/State",
        succeeded: &["TERMINATED"],
        failed: &["ARRESTED"],
        stop: None,
        end: JobEnd::Absence,
    },
    JobKind {
        service: "emr-serverless",
        started_by: &["startJobRun"],
        describe: "getJobRun",
        describe_parameters: &[
            JobParameter {
                name: "ApplicationId",
                value: JobValue::Request("/ApplicationId"),
            },
            JobParameter {
                name: "JobRunId",
                value: JobValue::Response("/JobRunId"),
            },
        ],
        result: "",
        status: "/JobRun/State",
        succeeded: &["SUCCESS"],
        failed: &["FAILED", "CANCELLED"],
        stop: Some((
            "cancelJobRun",
            &[
                JobParameter {
                    name: "ApplicationId",
                    value: JobValue::Request("/ApplicationId"),
                },
                JobParameter {
                    name: "JobRunId",
                    value: JobValue::Response("/JobRunId"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr-serverless",
        started_by: &["cancelJobRun"],
        describe: "getJobRun",
        describe_parameters: &[
            JobParameter {
                name: "ApplicationId",
                value: JobValue::Request("/ApplicationId"),
            },
            JobParameter {
                name: "JobRunId",
                value: JobValue::Request("/JobRunId"),
            },
        ],
        result: "",
        status: "/JobRun/State",
        succeeded: &["CANCELLED", "SUCCESS", "FAILED"],
        failed: &[],
        stop: None,
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr-serverless",
        started_by: &["createApplication"],
        describe: "getApplication",
        describe_parameters: &[JobParameter {
            name: "ApplicationId",
            value: JobValue::Response("/ApplicationId"),
        }],
        result: "",
        status: "/Application/State",
        succeeded: &["CREATED", "STARTED", "STOPPED"],
        failed: &["TERMINATED"],
        stop: None,
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr-serverless",
        started_by: &["startApplication"],
        describe: "getApplication",
        describe_parameters: &[JobParameter {
            name: "ApplicationId",
            value: JobValue::Request("/ApplicationId"),
        }],
        result: "",
        status: "/Application/State",
        succeeded: &["STARTED"],
        failed: &["TERMINATED"],
        stop: None,
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr-serverless",
        started_by: &["stopApplication"],
        describe: "getApplication",
        describe_parameters: &[JobParameter {
            name: "ApplicationId",
            value: JobValue::Request("/ApplicationId"),
        }],
        result: "",
        status: "/Application/State",
        succeeded: &["STOPPED"],
        failed: &["TERMINATED"],
        stop: None,
        end: JobEnd::Status,
    },
    JobKind {
        service: "emr-serverless",
        started_by: &["deleteApplication"],
        describe: "getApplication",
        describe_parameters: &[JobParameter {
            name: "ApplicationId",
            value: JobValue::Request("/ApplicationId"),
        }],
        result: "",
        status: "/Application/State",
        succeeded: &["TERMINATED"],
        failed: &[],
        stop: None,
        end: JobEnd::Absence,
    },
    JobKind {
        service: "eks",
        started_by: &["createCluster"],
        describe: "describeCluster",
        describe_parameters: &[JobParameter {
            name: "Name",
            value: JobValue::Request("/Name"),
        }],
        result: "",
        status: "/Cluster/Status",
        succeeded: &["ACTIVE"],
        failed: &["FAILED"],
        stop: Some((
            "deleteCluster",
            &[JobParameter {
                name: "Name",
                value: JobValue::Request("/Name"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "eks",
        started_by: &["deleteCluster"],
        describe: "describeCluster",
        describe_parameters: &[JobParameter {
            name: "Name",
            value: JobValue::Request("/Name"),
        }],
        result: "",
        status: "/Cluster/Status",
        succeeded: &[],
        failed: &["FAILED"],
        stop: None,
        end: JobEnd::Absence,
    },
    JobKind {
        service: "eks",
        started_by: &["createNodegroup"],
        describe: "describeNodegroup",
        describe_parameters: &[
            JobParameter {
                name: "ClusterName",
                value: JobValue::Request("/ClusterName"),
            },
            JobParameter {
                name: "NodegroupName",
                value: JobValue::Request("/NodegroupName"),
            },
        ],
        result: "",
        status: "/Nodegroup/Status",
        succeeded: &["ACTIVE"],
        failed: &["CREATE_FAILED", "DEGRADED"],
        stop: Some((
            "deleteNodegroup",
            &[
                JobParameter {
                    name: "ClusterName",
                    value: JobValue::Request("/ClusterName"),
                },
                JobParameter {
                    name: "NodegroupName",
                    value: JobValue::Request("/NodegroupName"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "eks",
        started_by: &["deleteNodegroup"],
        describe: "describeNodegroup",
        describe_parameters: &[
            JobParameter {
                name: "ClusterName",
                value: JobValue::Request("/ClusterName"),
            },
            JobParameter {
                name: "NodegroupName",
                value: JobValue::Request("/NodegroupName"),
            },
        ],
        result: "",
        status: "/Nodegroup/Status",
        succeeded: &[],
        failed: &["DELETE_FAILED"],
        stop: None,
        end: JobEnd::Absence,
    },
    JobKind {
        service: "eks",
        started_by: &["createFargateProfile"],
        describe: "describeFargateProfile",
        describe_parameters: &[
            JobParameter {
                name: "ClusterName",
                value: JobValue::Request("/ClusterName"),
            },
            JobParameter {
                name: "FargateProfileName",
                value: JobValue::Request("/FargateProfileName"),
            },
        ],
        result: "",
        status: "/FargateProfile/Status",
        succeeded: &["ACTIVE"],
        failed: &["CREATE_FAILED"],
        stop: Some((
            "deleteFargateProfile",
            &[
                JobParameter {
                    name: "ClusterName",
                    value: JobValue::Request("/ClusterName"),
                },
                JobParameter {
                    name: "FargateProfileName",
                    value: JobValue::Request("/FargateProfileName"),
                },
            ],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "eks",
        started_by: &["deleteFargateProfile"],
        describe: "describeFargateProfile",
        describe_parameters: &[
            JobParameter {
                name: "ClusterName",
                value: JobValue::Request("/ClusterName"),
            },
            JobParameter {
                name: "FargateProfileName",
                value: JobValue::Request("/FargateProfileName"),
            },
        ],
        result: "",
        status: "/FargateProfile/Status",
        succeeded: &[],
        failed: &["DELETE_FAILED"],
        stop: None,
        end: JobEnd::Absence,
    },
    JobKind {
        service: "mediaconvert",
        started_by: &["createJob"],
        describe: "getJob",
        describe_parameters: &[JobParameter {
            name: "Id",
            value: JobValue::Response("/Job/Id"),
        }],
        result: "",
        status: "/Job/Status",
        succeeded: &["COMPLETE"],
        failed: &["ERROR", "CANCELED"],
        stop: Some((
            "cancelJob",
            &[JobParameter {
                name: "Id",
                value: JobValue::Response("/Job/Id"),
            }],
        )),
        end: JobEnd::Status,
    },
    JobKind {
        service: "bedrock",
        started_by: &["createModelCustomizationJob"],
        describe: "getModelCustomizationJob",
        describe_parameters: &[JobParameter {
            name: "JobIdentifier",
            value: JobValue::Response("/JobArn"),
        }],
        result: "",
        status: "/Status",
        succeeded: &["Completed"],
        failed: &["Failed", "Stopped"],
        stop: Some((
            "stopModelCustomizationJob",
            &[JobParameter {
                name: "JobIdentifier",
                value: JobValue::Response("/JobArn"),
            }],
        )),
        end: JobEnd::Status,
    },
];
