/** One stage of the data pipeline. With check_only it says that it is there and does nothing. */
export const processor = {
  Comment: "One stage of the data pipeline. With check_only it says that it is there and does nothing.",
  QueryLanguage: "JSONata",
  StartAt: "OnlyCheck",
  States: {
    OnlyCheck: {
      Type: "Choice",
      Choices: [
        {
          Condition: "{% $states.input.check_only = true %}",
          Next: "Ready",
        },
      ],
      Default: "Process",
    },
    Process: {
      Type: "Map",
      Items: "{% $states.input.records %}",
      MaxConcurrency: 10,
      ItemProcessor: {
        StartAt: "ProcessRecord",
        States: {
          ProcessRecord: {
            Type: "Pass",
            Output: "{% $merge([$states.input, { 'stage': $states.context.StateMachine.Name }]) %}",
            End: true,
          },
        },
      },
      End: true,
    },
    Ready: {
      Type: "Pass",
      Output: {
        stage: "{% $states.context.StateMachine.Name %}",
        deployment_id: "{% $states.input.deployment_id %}",
        ready: true,
      },
      End: true,
    },
  },
};
