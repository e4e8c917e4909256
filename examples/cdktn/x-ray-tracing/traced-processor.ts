/** Adds up measurements, and says in which trace it did. */
export const tracedProcessor = {
  Comment: "Adds up measurements, and says in which trace it did.",
  QueryLanguage: "JSONata",
  StartAt: "Summarize",
  States: {
    Summarize: {
      Type: "Parallel",
      Branches: [
        {
          StartAt: "Total",
          States: {
            Total: {
              Type: "Pass",
              Output: "{% $sum($states.input.data.measurements) %}",
              End: true,
            },
          },
        },
        {
          StartAt: "Highest",
          States: {
            Highest: {
              Type: "Pass",
              Output: "{% $max($states.input.data.measurements) %}",
              End: true,
            },
          },
        },
      ],
      Output: {
        trace_id: "{% $states.input.trace_id %}",
        source: "{% $states.input.data.source %}",
        total: "{% $states.result[0] %}",
        highest: "{% $states.result[1] %}",
      },
      End: true,
    },
  },
};
