/** One integration that runs a job: what its service is sent and answers, in the form that goes over the wire. */
export interface JobExample {
  /** What follows `arn:aws:states:::`. */
  readonly resource: string;
  /** The client's package, without `@aws-sdk/client-`. */
  readonly client: string;
  readonly parameters: object;
  /** What answers the start, and then each look. A number is the status of an error. */
  readonly answers: readonly (object | readonly [status: number, error: string])[];
  /** What is sent: the action, or method and path, and the body where it is JSON. */
  readonly sent: readonly (readonly [call: string, body?: object])[];
  /** What the state gets; members that are not here are not compared. */
  readonly result: object;
  /** The call that stops the job. */
  readonly stop?: readonly [call: string, body?: object];
}

const cluster = { Id: "j-1", Status: { State: "WAITING" } };
const started = 1_700_000_000;

/** Every integration with `.sync`, but nested executions. */
export const JOB_EXAMPLES: readonly JobExample[] = [
  {
    resource: "athena:startQueryExecution.sync",
    client: "athena",
    parameters: { QueryString: "SELECT 1", WorkGroup: "w", ClientRequestToken: "t".repeat(32) },
    answers: [
      { QueryExecutionId: "q" },
      { QueryExecution: { QueryExecutionId: "q", Status: { State: "RUNNING" } } },
      { QueryExecution: { QueryExecutionId: "q", Status: { State: "SUCCEEDED", SubmissionDateTime: started } } },
    ],
    sent: [
      ["StartQueryExecution", { QueryString: "SELECT 1", WorkGroup: "w", ClientRequestToken: "t".repeat(32) }],
      ["GetQueryExecution", { QueryExecutionId: "q" }],
    ],
    result: { QueryExecution: { Status: { State: "SUCCEEDED", SubmissionDateTime: started * 1000 } } },
    stop: ["StopQueryExecution", { QueryExecutionId: "q" }],
  },
  {
    resource: "batch:submitJob.sync",
    client: "batch",
    parameters: { JobName: "j", JobQueue: "q", JobDefinition: "d", ContainerOverrides: { Command: ["a"] } },
    answers: [
      { jobId: "1", jobName: "j", jobArn: "arn" },
      { jobs: [{ jobId: "1", status: "RUNNING" }] },
      { jobs: [{ jobId: "1", status: "SUCCEEDED", startedAt: started }] },
    ],
    sent: [
      [
        "POST /v1/submitjob",
        { jobName: "j", jobQueue: "q", jobDefinition: "d", containerOverrides: { command: ["a"] } },
      ],
      ["POST /v1/describejobs", { jobs: ["1"] }],
    ],
    result: { JobId: "1", Status: "SUCCEEDED", StartedAt: started },
    stop: ["POST /v1/terminatejob", { jobId: "1", reason: "The execution of the state machine was stopped" }],
  },
  {
    resource: "bedrock:createModelCustomizationJob.sync",
    client: "bedrock",
    parameters: {
      JobName: "j",
      CustomModelName: "m",
      RoleArn: "r",
      BaseModelIdentifier: "b",
      TrainingDataConfig: { S3Uri: "s3://b/k" },
      OutputDataConfig: { S3Uri: "s3://b/o" },
      ClientRequestToken: "t",
    },
    answers: [{ jobArn: "arn" }, { jobArn: "arn", status: "InProgress" }, { jobArn: "arn", status: "Completed" }],
    sent: [["POST /model-customization-jobs"], ["GET /model-customization-jobs/arn"]],
    result: { JobArn: "arn", Status: "Completed" },
    stop: ["POST /model-customization-jobs/arn/stop"],
  },
  {
    resource: "codebuild:startBuild.sync",
    client: "codebuild",
    parameters: { ProjectName: "p" },
    answers: [
      { build: { id: "p:1", buildStatus: "IN_PROGRESS" } },
      { builds: [{ id: "p:1", buildStatus: "IN_PROGRESS" }] },
      { builds: [{ id: "p:1", buildStatus: "SUCCEEDED" }] },
    ],
    sent: [
      ["StartBuild", { projectName: "p" }],
      ["BatchGetBuilds", { ids: ["p:1"] }],
    ],
    result: { Build: { Id: "p:1", BuildStatus: "SUCCEEDED" } },
    stop: ["StopBuild", { id: "p:1" }],
  },
  ...["startBuildBatch", "retryBuildBatch"].map(
    (action): JobExample => ({
      resource: `codebuild:${action}.sync`,
      client: "codebuild",
      parameters: action === "startBuildBatch" ? { ProjectName: "p" } : { Id: "p:1", IdempotencyToken: "t" },
      answers: [
        { buildBatch: { id: "p:1", buildBatchStatus: "IN_PROGRESS" } },
        { buildBatches: [{ id: "p:1", buildBatchStatus: "IN_PROGRESS" }] },
        { buildBatches: [{ id: "p:1", buildBatchStatus: "SUCCEEDED" }] },
      ],
      sent: [
        [action === "startBuildBatch" ? "StartBuildBatch" : "RetryBuildBatch"],
        ["BatchGetBuildBatches", { ids: ["p:1"] }],
      ],
      result: { BuildBatch: { Id: "p:1" } },
      stop: ["StopBuildBatch", { id: "p:1" }],
    }),
  ),
  {
    resource: "databrew:startJobRun.sync",
    client: "databrew",
    parameters: { Name: "j" },
    answers: [{ RunId: "r" }, { RunId: "r", State: "RUNNING" }, { RunId: "r", State: "SUCCEEDED" }],
    sent: [["POST /jobs/j/startJobRun"], ["GET /jobs/j/jobRun/r"]],
    result: { RunId: "r", State: "SUCCEEDED" },
    stop: ["POST /jobs/j/jobRun/r/stopJobRun"],
  },
  {
    resource: "ecs:runTask.sync",
    client: "ecs",
    parameters: { Cluster: "c", TaskDefinition: "d", LaunchType: "FARGATE" },
    answers: [
      { tasks: [{ taskArn: "t", lastStatus: "PENDING", containers: [{ name: "n" }] }], failures: [] },
      { tasks: [{ taskArn: "t", lastStatus: "RUNNING" }] },
      {
        tasks: [{ taskArn: "t", lastStatus: "STOPPED", createdAt: started, containers: [{ name: "n", exitCode: 0 }] }],
      },
    ],
    sent: [
      ["RunTask", { cluster: "c", taskDefinition: "d", launchType: "FARGATE", startedBy: "AWS Step Functions" }],
      ["DescribeTasks", { cluster: "c", tasks: ["t"] }],
    ],
    result: {
      TaskArn: "t",
      LastStatus: "STOPPED",
      CreatedAt: started * 1000,
      Tags: [],
      Containers: [{ Name: "n", ExitCode: 0, GpuIds: [], NetworkInterfaces: [] }],
    },
    stop: ["StopTask", { cluster: "c", task: "t", reason: "The execution of the state machine was stopped" }],
  },
  ...[
    [
      "Cluster",
      { Name: "c", RoleArn: "r", ResourcesVpcConfig: { SubnetIds: ["s"] } },
      "clusters",
      "clusters/c",
      "cluster",
    ],
    [
      "Nodegroup",
      { ClusterName: "c", NodegroupName: "n", Subnets: ["s"], NodeRole: "r" },
      "clusters/c/node-groups",
      "clusters/c/node-groups/n",
      "nodegroup",
    ],
    [
      "FargateProfile",
      { ClusterName: "c", FargateProfileName: "f", PodExecutionRoleArn: "r" },
      "clusters/c/fargate-profiles",
      "clusters/c/fargate-profiles/f",
      "fargateProfile",
    ],
  ].flatMap(([name, parameters, folder, path, member]): JobExample[] => {
    const as = (status: string): object => ({ [String(member)]: { status } });
    const { ClusterName, Name, NodegroupName, FargateProfileName } = parameters as Record<string, string>;
    const keys = { ClusterName, Name, NodegroupName, FargateProfileName };
    return [
      {
        resource: `eks:create${name}.sync`,
        client: "eks",
        parameters: parameters as object,
        answers: [as("CREATING"), as("CREATING"), as("ACTIVE")],
        sent: [[`POST /${folder}`], [`GET /${path}`]],
        result: { [String(name)]: { Status: "ACTIVE" } },
      },
      {
        resource: `eks:delete${name}.sync`,
        client: "eks",
        parameters: JSON.parse(JSON.stringify(keys)) as object,
        answers: [as("DELETING"), as("DELETING"), [404, "ResourceNotFoundException"]],
        sent: [[`DELETE /${path}`], [`GET /${path}`]],
        result: { [String(name)]: { Status: "DELETING" } },
      },
    ];
  }),
  {
    resource: "elasticmapreduce:createCluster.sync",
    client: "emr",
    parameters: { Name: "n", Instances: { KeepJobFlowAliveWhenNoSteps: true } },
    answers: [{ JobFlowId: "j-1" }, { Cluster: { ...cluster, Status: { State: "STARTING" } } }, { Cluster: cluster }],
    sent: [
      ["RunJobFlow", { Name: "n", Instances: { KeepJobFlowAliveWhenNoSteps: true } }],
      ["DescribeCluster", { ClusterId: "j-1" }],
    ],
    result: { ClusterId: "j-1", Cluster: { Id: "j-1", Status: { State: "WAITING" } } },
    stop: ["TerminateJobFlows", { JobFlowIds: ["j-1"] }],
  },
  {
    resource: "elasticmapreduce:terminateCluster.sync",
    client: "emr",
    parameters: { ClusterId: "j-1" },
    answers: [{}, { Cluster: cluster }, { Cluster: { Id: "j-1", Status: { State: "TERMINATED" } } }],
    sent: [
      ["TerminateJobFlows", { JobFlowIds: ["j-1"] }],
      ["DescribeCluster", { ClusterId: "j-1" }],
    ],
    result: { ClusterId: "j-1" },
  },
  {
    resource: "elasticmapreduce:addStep.sync",
    client: "emr",
    parameters: { ClusterId: "j-1", Step: { Name: "s", HadoopJarStep: { Jar: "command-runner.jar" } } },
    answers: [
      { StepIds: ["s-1"] },
      { Step: { Id: "s-1", Status: { State: "RUNNING" } } },
      { Step: { Id: "s-1", Status: { State: "COMPLETED" } } },
    ],
    sent: [
      ["AddJobFlowSteps", { JobFlowId: "j-1", Steps: [{ Name: "s", HadoopJarStep: { Jar: "command-runner.jar" } }] }],
      ["DescribeStep", { ClusterId: "j-1", StepId: "s-1" }],
    ],
    result: { Step: { Id: "s-1", Status: { State: "COMPLETED" } } },
    stop: ["CancelSteps", { ClusterId: "j-1", StepIds: ["s-1"] }],
  },
  {
    resource: "emr-containers:startJobRun.sync",
    client: "emr-containers",
    parameters: { VirtualClusterId: "v", ClientToken: "t" },
    answers: [
      { id: "r", virtualClusterId: "v" },
      { jobRun: { id: "r", state: "RUNNING" } },
      { jobRun: { id: "r", state: "COMPLETED" } },
    ],
    sent: [["POST /virtualclusters/v/jobruns"], ["GET /virtualclusters/v/jobruns/r"]],
    result: { Id: "r", State: "COMPLETED" },
    stop: ["DELETE /virtualclusters/v/jobruns/r"],
  },
  {
    resource: "emr-containers:deleteVirtualCluster.sync",
    client: "emr-containers",
    parameters: { Id: "v" },
    answers: [
      { id: "v" },
      { virtualCluster: { id: "v", state: "TERMINATING" } },
      { virtualCluster: { id: "v", state: "TERMINATED" } },
    ],
    sent: [["DELETE /virtualclusters/v"], ["GET /virtualclusters/v"]],
    result: { Id: "v", State: "TERMINATED" },
  },
  {
    resource: "emr-serverless:createApplication.sync",
    client: "emr-serverless",
    parameters: { ReleaseLabel: "emr-7", Type: "SPARK", ClientToken: "t" },
    answers: [
      { applicationId: "a" },
      { application: { applicationId: "a", state: "CREATING" } },
      { application: { applicationId: "a", state: "CREATED" } },
    ],
    sent: [["POST /applications", { releaseLabel: "emr-7", type: "SPARK", clientToken: "t" }], ["GET /applications/a"]],
    result: { Application: { ApplicationId: "a", State: "CREATED" } },
  },
  ...[
    ["startApplication", "POST /applications/a/start", "STARTED"],
    ["stopApplication", "POST /applications/a/stop", "STOPPED"],
    ["deleteApplication", "DELETE /applications/a", "TERMINATED"],
  ].map(
    ([action, call = "", state]): JobExample => ({
      resource: `emr-serverless:${action}.sync`,
      client: "emr-serverless",
      parameters: { ApplicationId: "a" },
      answers: [
        {},
        { application: { applicationId: "a", state: "BUSY" } },
        { application: { applicationId: "a", state } },
      ],
      sent: [[call], ["GET /applications/a"]],
      result: { Application: { State: state } },
    }),
  ),
  {
    resource: "emr-serverless:startJobRun.sync",
    client: "emr-serverless",
    parameters: { ApplicationId: "a", ExecutionRoleArn: "r", ClientToken: "t" },
    answers: [
      { applicationId: "a", jobRunId: "r" },
      { jobRun: { jobRunId: "r", state: "RUNNING" } },
      { jobRun: { jobRunId: "r", state: "SUCCESS" } },
    ],
    sent: [["POST /applications/a/jobruns"], ["GET /applications/a/jobruns/r"]],
    result: { JobRunId: "r", State: "SUCCESS" },
    stop: ["DELETE /applications/a/jobruns/r"],
  },
  {
    resource: "emr-serverless:cancelJobRun.sync",
    client: "emr-serverless",
    parameters: { ApplicationId: "a", JobRunId: "r" },
    answers: [
      { applicationId: "a", jobRunId: "r" },
      { jobRun: { jobRunId: "r", state: "CANCELLING" } },
      { jobRun: { jobRunId: "r", state: "CANCELLED" } },
    ],
    sent: [["DELETE /applications/a/jobruns/r"], ["GET /applications/a/jobruns/r"]],
    result: { State: "CANCELLED" },
  },
  {
    resource: "glue:startJobRun.sync",
    client: "glue",
    parameters: { JobName: "j", Arguments: { "--a": "b" } },
    answers: [
      { JobRunId: "r" },
      { JobRun: { Id: "r", JobRunState: "RUNNING" } },
      { JobRun: { Id: "r", JobRunState: "SUCCEEDED", StartedOn: started } },
    ],
    sent: [
      ["StartJobRun", { JobName: "j", Arguments: { "--a": "b" } }],
      ["GetJobRun", { JobName: "j", RunId: "r" }],
    ],
    result: { Id: "r", JobRunState: "SUCCEEDED", StartedOn: started * 1000 },
    stop: ["BatchStopJobRun", { JobName: "j", JobRunIds: ["r"] }],
  },
  {
    resource: "mediaconvert:createJob.sync",
    client: "mediaconvert",
    parameters: { Role: "r", Settings: {}, ClientRequestToken: "t" },
    answers: [
      { job: { id: "1", status: "SUBMITTED" } },
      { job: { id: "1", status: "PROGRESSING" } },
      { job: { id: "1", status: "COMPLETE" } },
    ],
    sent: [["POST /2017-08-29/jobs"], ["GET /2017-08-29/jobs/1"]],
    result: { Job: { Id: "1", Status: "COMPLETE" } },
    stop: ["DELETE /2017-08-29/jobs/1"],
  },
  ...["HyperParameterTuningJob", "LabelingJob", "ProcessingJob", "TrainingJob", "TransformJob"].map(
    (kind): JobExample => {
      const name = { [`${kind}Name`]: "j" };
      return {
        resource: `sagemaker:create${kind}.sync`,
        client: "sagemaker",
        parameters: name,
        answers: [
          { [`${kind}Arn`]: "arn" },
          { ...name, [`${kind}Status`]: "InProgress" },
          { ...name, [`${kind}Status`]: "Completed" },
        ],
        sent: [
          [`Create${kind}`, name],
          [`Describe${kind}`, name],
        ],
        result: { ...name, [`${kind}Status`]: "Completed" },
        stop: [`Stop${kind}`, name],
      };
    },
  ),
];
