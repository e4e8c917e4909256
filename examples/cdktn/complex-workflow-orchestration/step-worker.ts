/** Does one step of a workflow: a function does the work. */
export const stepWorker = {
  Comment: "Does one step of a workflow: a function does the work.",
  QueryLanguage: "JSONata",
  StartAt: "Work",
  States: {
    Work: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: {
        FunctionName: "{% $states.input.function %}",
        Payload: {
          step: "{% $states.input.step %}",
          workflow_id: "{% $states.input.workflow_id %}",
          folder: "{% $states.input.folder %}",
        },
      },
      TimeoutSeconds: 60,
      Retry: [
        {
          ErrorEquals: ["Lambda.TooManyRequestsException", "Lambda.ServiceException"],
          IntervalSeconds: 1,
          MaxAttempts: 3,
          BackoffRate: 2,
        },
      ],
      Output: "{% $states.result.Payload %}",
      End: true,
    },
  },
};
