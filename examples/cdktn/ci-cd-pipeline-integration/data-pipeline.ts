/** After a deployment: asks every stage whether it is ready, then sends a first record through all of them in order. */
export const dataPipeline = {
  Comment:
    "After a deployment: asks every stage whether it is ready, then sends a first record through all of them in order.",
  QueryLanguage: "JSONata",
  StartAt: "CheckStages",
  States: {
    CheckStages: {
      Type: "Map",
      Items: "{% $states.input.resources.stages %}",
      ItemSelector: {
        arn: "{% $states.context.Map.Item.Value %}",
        deployment_id: "{% $states.input.deployment_id %}",
      },
      ItemProcessor: {
        StartAt: "CheckStage",
        States: {
          CheckStage: {
            Type: "Task",
            Resource: "arn:aws:states:::states:startExecution.sync:2",
            Arguments: {
              StateMachineArn: "{% $states.input.arn %}",
              Input: {
                check_only: true,
                deployment_id: "{% $states.input.deployment_id %}",
                AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: "{% $states.context.Execution.Id %}",
              },
            },
            Output: "{% $states.result.Output %}",
            End: true,
          },
        },
      },
      Assign: {
        deploymentId: "{% $states.input.deployment_id %}",
        artifact: "{% $states.input.resources.artifact %}",
        stages: "{% $states.input.resources.stages %}",
        next: 0,
        records: [
          {
            id: 1,
            note: "first record of this deployment",
          },
        ],
      },
      Output: "{% [$states.result[ready != true]] %}",
      Next: "AllReady",
    },
    AllReady: {
      Type: "Choice",
      Choices: [
        {
          Condition: "{% $count($states.input) = 0 %}",
          Next: "SendThroughStage",
        },
      ],
      Default: "NotReady",
    },
    SendThroughStage: {
      Type: "Task",
      Resource: "arn:aws:states:::states:startExecution.sync:2",
      Arguments: {
        StateMachineArn: "{% $stages[$next] %}",
        Input: {
          records: "{% $records %}",
          AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: "{% $states.context.Execution.Id %}",
        },
      },
      Assign: {
        records: "{% $states.result.Output %}",
        next: "{% $next + 1 %}",
      },
      Next: "ThroughAllStages",
    },
    ThroughAllStages: {
      Type: "Choice",
      Choices: [
        {
          Condition: "{% $next < $count($stages) %}",
          Next: "SendThroughStage",
        },
      ],
      Default: "Deployed",
    },
    Deployed: {
      Type: "Succeed",
      Output: {
        deployment_id: "{% $deploymentId %}",
        artifact: "{% $artifact %}",
        stages: "{% $count($stages) %}",
        records: "{% $records %}",
      },
    },
    NotReady: {
      Type: "Fail",
      Error: "StagesNotReady",
      Cause: "{% $string($states.input) %}",
    },
  },
};
