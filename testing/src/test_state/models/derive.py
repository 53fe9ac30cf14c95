#!/usr/bin/env python3
"""Writes the tables of this folder from botocore's service models (Apache-2.0): those of November 2025,
which Step Functions had when the TestState recordings were made.

    pip download --no-deps botocore==1.41.5 && unzip botocore-*.whl 'botocore/data/*'
    python3 derive.py botocore/data

A table has two parts, with a line `=` between them. First the actions, each with the type of its result (`-`: nothing), then the structures,
numbered from 0 in the order of their lines: members between tabs, each a name, `!` when it is required, a blank, and a type:

    s       string, blob or timestamp       s1~64   string or blob with a least and a greatest length, either of which may be missing
    eA|B    string with these values        b       boolean
    n0~10   number with bounds              ?       any JSON
    [1~5 T  list of T with lengths (no blank)   {T  map of T        #7  structure 7
"""
import gzip, json, os, sys

# aws-sdk services; a list of actions where the whole is too long to carry.
SDK = {
    "athena": None, "batch": None, "cloudwatch": None, "cloudwatchlogs": None, "dynamodb": None, "ecs": None, "eventbridge": None,
    "firehose": None, "kinesis": None, "kms": None, "lambda": None, "polly": None, "rdsdata": None, "redshiftdata": None,
    "rekognition": None, "s3": None, "scheduler": None, "secretsmanager": None, "ses": None, "sesv2": None, "sfn": None, "sns": None,
    "sqs": None, "sts": None, "textract": None, "translate": None, "emrserverless": None, "bedrockruntime": None,
    "ssm": ["getParameter", "getParameters", "getParametersByPath", "putParameter", "deleteParameter", "deleteParameters", "describeParameters",
            "sendCommand", "listCommands", "listCommandInvocations", "getCommandInvocation", "startAutomationExecution", "getAutomationExecution"],
    "comprehend": ["detectSentiment", "detectEntities", "detectKeyPhrases", "detectDominantLanguage", "detectSyntax", "detectPiiEntities",
                   "containsPiiEntities", "batchDetectSentiment", "batchDetectEntities", "classifyDocument"],
    "transcribe": ["startTranscriptionJob", "getTranscriptionJob", "listTranscriptionJobs", "deleteTranscriptionJob"],
    "glue": ["startCrawler", "getCrawler", "startJobRun", "getJobRun", "getJobRuns", "batchStopJobRun", "startWorkflowRun", "getWorkflowRun",
             "getTable", "getPartitions", "getDatabase"],
    "ec2": ["startInstances", "stopInstances", "rebootInstances", "terminateInstances", "describeInstanceStatus", "createSnapshot",
            "describeSnapshots", "createTags", "createImage", "attachVolume", "detachVolume"],
    "rds": ["describeDBSnapshots", "describeDBClusterSnapshots", "createDBSnapshot", "deleteDBSnapshot", "describeDBInstances",
            "startDBInstance", "stopDBInstance"],
    "cloudformation": ["createStack", "updateStack", "deleteStack", "describeStacks", "createChangeSet", "executeChangeSet"],
}
BOTOCORE = {
    "cloudwatchlogs": "logs", "eventbridge": "events", "rdsdata": "rds-data", "redshiftdata": "redshift-data", "sfn": "stepfunctions",
    "emrserverless": "emr-serverless", "bedrockruntime": "bedrock-runtime",
}
# Optimised integrations: (service, action as the ARN has it, botocore service, operation, members that the integration parses).
OPTIMIZED = [
    ("lambda", "invoke", "lambda", "Invoke", {"InvocationResponse": ["Payload"]}),
    ("sqs", "sendMessage", "sqs", "SendMessage", {}), ("sns", "publish", "sns", "Publish", {}),
    ("events", "putEvents", "events", "PutEvents", {}),
    *[("dynamodb", op[0].lower() + op[1:], "dynamodb", op, {}) for op in ("GetItem", "PutItem", "UpdateItem", "DeleteItem")],
    ("states", "startExecution", "stepfunctions", "StartExecution", {}),
    ("states", "startExecution.sync", "stepfunctions", "DescribeExecution", {}),
    ("states", "startExecution.sync:2", "stepfunctions", "DescribeExecution", {"DescribeExecutionOutput": ["input", "output"]}),
    ("ecs", "runTask", "ecs", "RunTask", {}), ("batch", "submitJob", "batch", "SubmitJob", {}), ("glue", "startJobRun", "glue", "StartJobRun", {}),
    ("databrew", "startJobRun", "databrew", "StartJobRun", {}),
    *[("athena", op[0].lower() + op[1:], "athena", op, {})
      for op in ("StartQueryExecution", "StopQueryExecution", "GetQueryExecution", "GetQueryResults")],
    ("athena", "startQueryExecution.sync", "athena", "GetQueryExecution", {}),
    *[("sagemaker", op[0].lower() + op[1:], "sagemaker", op, {})
      for op in ("CreateTrainingJob", "CreateTransformJob", "CreateProcessingJob", "CreateLabelingJob", "CreateHyperParameterTuningJob",
                 "CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint")],
    *[("codebuild", op[0].lower() + op[1:], "codebuild", op, {})
      for op in ("StartBuild", "StopBuild", "BatchDeleteBuilds", "BatchGetReports", "StartBuildBatch", "StopBuildBatch", "RetryBuildBatch",
                 "DeleteBuildBatch")],
    ("bedrock", "invokeModel", "bedrock-runtime", "InvokeModel", {"InvokeModelResponse": ["body"]}),
    ("bedrock", "createModelCustomizationJob", "bedrock", "CreateModelCustomizationJob", {}),
    *[("emr-containers", op[0].lower() + op[1:], "emr-containers", op, {})
      for op in ("CreateVirtualCluster", "DeleteVirtualCluster", "StartJobRun")],
    *[("emr-serverless", op[0].lower() + op[1:], "emr-serverless", op, {})
      for op in ("CreateApplication", "StartApplication", "StopApplication", "DeleteApplication", "StartJobRun", "CancelJobRun")],
]


def load(root, service):
    versions = [v for v in sorted(os.listdir(f"{root}/{service}")) if os.path.exists(f"{root}/{service}/{v}/service-2.json.gz")]
    return json.load(gzip.open(f"{root}/{service}/{versions[-1]}/service-2.json.gz"))


def optimized_name(name):
    """Optimised integrations write the API's own name with a capital."""
    return name[0].upper() + name[1:]


def sdk_name(name):
    """aws-sdk integrations write names as the SDK for Java 2 does: `DBInstance` is `DbInstance`, `ARN` is `Arn`, `ETag` stays."""
    end = 1
    while end < len(name) and name[end].isupper() and not (end + 1 < len(name) and name[end + 1].islower()):
        end += 1
    head = name[:end].lower() + name[end:]
    return head[0].upper() + head[1:]


class Table:
    def __init__(self):
        self.actions, self.lines, self.numbers = [], [], {}

    def action(self, name, model, operation, naming, parsed):
        output = model["operations"][operation].get("output")
        self.actions.append(f"{name} {self.type(model, output['shape'], naming, parsed) if output else '-'}")

    def type(self, model, name, naming, parsed):
        shape = model["shapes"][name]
        kind = shape["type"]
        if shape.get("document") or shape.get("eventstream"):
            return "?"
        if kind == "structure":
            return f"#{self.structure(model, name, naming, parsed)}"
        if kind == "list":
            return "[" + bounds(shape) + self.type(model, shape["member"]["shape"], naming, parsed)
        if kind == "map":
            return "{" + self.type(model, shape["value"]["shape"], naming, parsed)
        if kind == "boolean":
            return "b"
        if kind in ("integer", "long", "float", "double"):
            return "n" + bounds(shape)
        if "enum" in shape:
            assert not any(c in value for value in shape["enum"] for c in "|\t\n")
            return "e" + "|".join(shape["enum"])
        return "s" + (bounds(shape) if kind in ("string", "blob") else "")

    def structure(self, model, name, naming, parsed):
        key = (id(model), name, naming, str(parsed.get(name)))
        if key not in self.numbers:
            self.numbers[key] = len(self.lines)
            self.lines.append("")
            shape = model["shapes"][name]
            required = set(shape.get("required", []))
            members = []
            for member, reference in shape.get("members", {}).items():
                kind = "?" if member in parsed.get(name, []) else self.type(model, reference["shape"], naming, parsed)
                members.append(f"{naming(member)}{'!' if member in required else ''} {kind}")
            self.lines[self.numbers[key]] = "\t".join(members)
        return self.numbers[key]

    def write(self, file):
        with open(file, "w") as out:
            out.write("\n".join([*self.actions, "=", *self.lines]) + "\n")


def bounds(shape):
    low, high = shape.get("min"), shape.get("max")
    low = None if low == 0 and shape["type"] in ("string", "blob", "list") else low
    return "" if low is None and high is None else f"{'' if low is None else low}~{'' if high is None else high}"


def main(root):
    for service, actions in SDK.items():
        model, table = load(root, BOTOCORE.get(service, service)), Table()
        for operation in model["operations"]:
            action = operation[0].lower() + operation[1:]
            if actions is None or action in actions:
                table.action(action, model, operation, sdk_name, {})
        assert actions is None or len(actions) == len(table.actions), (service, actions)
        table.write(f"{service}.txt")
    models, table = {}, Table()
    for service, action, source, operation, parsed in OPTIMIZED:
        model = models.setdefault(source, load(root, source))
        table.action(f"{service}:{action}", model, operation, optimized_name, parsed)
    table.write("optimized.txt")


main(sys.argv[1])
