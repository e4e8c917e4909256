/** Takes a deployment through its steps, fewer of them where nobody is watching. */
export const deploymentProcessor = {
  Comment: "Takes a deployment through its steps, fewer of them where nobody is watching.",
  QueryLanguage: "JSONata",
  StartAt: "CheckDeployment",
  States: {
    CheckDeployment: {
      Type: "Choice",
      Choices: [
        {
          Condition: "{% $states.input.environment in ['development', 'staging', 'production'] %}",
          Next: "RunSteps",
        },
      ],
      Default: "RefuseDeployment",
    },
    RunSteps: {
      Type: "Map",
      Items:
        "{% $states.input.environment = 'production' ? ['back-up', 'migrate', 'switch', 'check'] : ['migrate', 'switch'] %}",
      MaxConcurrency: 1,
      ItemSelector: {
        deployment_id: "{% $states.input.deployment_id %}",
        number: "{% $states.context.Map.Item.Index + 1 %}",
        step: "{% $states.context.Map.Item.Value %}",
      },
      ItemProcessor: {
        StartAt: "RunStep",
        States: {
          RunStep: {
            Type: "Pass",
            Output: "{% $states.input.deployment_id & ': ' & $states.input.number & '. ' & $states.input.step %}",
            End: true,
          },
        },
      },
      Output: {
        execution: "{% $states.context.Execution.Name %}",
        environment: "{% $states.input.environment %}",
        done: "{% $states.result %}",
      },
      End: true,
    },
    RefuseDeployment: {
      Type: "Fail",
      Error: "UnknownEnvironment",
      Cause: "{% 'There is no environment ' & $string($states.input.environment) %}",
    },
  },
};
