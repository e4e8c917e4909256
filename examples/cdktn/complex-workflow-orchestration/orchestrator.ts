/** Runs the steps of a workflow in order, each as an execution of its own, while folders are prepared and the run is put on record. */
export const orchestrator = {
  Comment:
    "Runs the steps of a workflow in order, each as an execution of its own, while folders are prepared and the run is put on record.",
  QueryLanguage: "JSONata",
  StartAt: "CheckWorkflow",
  States: {
    CheckWorkflow: {
      Type: "Choice",
      Choices: [
        {
          Condition: "{% $count($states.input.workflow.steps) > 0 %}",
          Next: "Orchestrate",
        },
      ],
      Default: "NothingToDo",
    },
    Orchestrate: {
      Type: "Parallel",
      Branches: [
        {
          StartAt: "RunSteps",
          States: {
            RunSteps: {
              Type: "Map",
              Items: "{% $states.input.workflow.steps %}",
              MaxConcurrency: 1,
              ItemSelector: {
                step: "{% $states.context.Map.Item.Value %}",
                workflow_id: "{% $states.input.workflow.id %}",
                worker: "{% $states.input.resources.compute.worker %}",
                function: "{% $states.input.resources.compute.function %}",
                folder: "{% $states.input.resources.storage.temp_folder %}",
              },
              ItemProcessor: {
                StartAt: "RunStep",
                States: {
                  RunStep: {
                    Type: "Task",
                    Resource: "arn:aws:states:::states:startExecution.sync:2",
                    Arguments: {
                      StateMachineArn: "{% $states.input.worker %}",
                      Input:
                        "{% $merge([$states.input, { 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID': $states.context.Execution.Id }]) %}",
                    },
                    Catch: [
                      {
                        ErrorEquals: ["States.ALL"],
                        Output: {
                          step: "{% $states.input.step %}",
                          status: "FAILED",
                          error: "{% $states.errorOutput.Error %}",
                        },
                        Next: "StepFailed",
                      },
                    ],
                    Output: {
                      step: "{% $states.input.step %}",
                      status: "DONE",
                      result: "{% $states.result.Output %}",
                    },
                    End: true,
                  },
                  StepFailed: {
                    Type: "Pass",
                    End: true,
                  },
                },
              },
              End: true,
            },
          },
        },
        {
          StartAt: "PrepareFolders",
          States: {
            PrepareFolders: {
              Type: "Map",
              Items:
                "{% $each($states.input.resources.storage, function($folder, $purpose) { { 'purpose': $purpose, 'folder': $folder } }) %}",
              ItemProcessor: {
                StartAt: "PrepareFolder",
                States: {
                  PrepareFolder: {
                    Type: "Pass",
                    Output: "{% $states.input.purpose & ' is ' & $states.input.folder %}",
                    End: true,
                  },
                },
              },
              End: true,
            },
          },
        },
        {
          StartAt: "Record",
          States: {
            Record: {
              Type: "Pass",
              Output: {
                execution: "{% $states.context.Execution.Id %}",
                created_by: "{% $states.input.metadata.created_by %}",
                environment: "{% $states.input.metadata.environment %}",
                version: "{% $states.input.metadata.version %}",
                tags: "{% $states.input.metadata.tags %}",
              },
              End: true,
            },
          },
        },
      ],
      Assign: {
        messaging: "{% $states.input.resources.messaging %}",
      },
      Output: {
        workflow_id: "{% $states.input.workflow.id %}",
        type: "{% $states.input.workflow.type %}",
        steps: "{% $states.result[0] %}",
        folders: "{% $states.result[1] %}",
        record: "{% $states.result[2] %}",
      },
      Next: "ChooseTopic",
    },
    ChooseTopic: {
      Type: "Pass",
      Output:
        "{% $merge([$states.input, { 'topic': $count($states.input.steps[status = 'FAILED']) = 0 ? $messaging.success_topic : $messaging.error_topic }]) %}",
      End: true,
    },
    NothingToDo: {
      Type: "Fail",
      Error: "NoSteps",
      Cause: "A workflow has at least one step",
    },
  },
};
