/** Builds a report page by page, as its configuration wants it. */
export const reportBuilder = {
  Comment: "Builds a report page by page, as its configuration wants it.",
  QueryLanguage: "JSONata",
  StartAt: "PlanPages",
  States: {
    PlanPages: {
      Type: "Pass",
      Assign: {
        size: "{% $states.input.config.page_size %}",
      },
      Output: {
        version: "{% $states.input.version %}",
        format: "{% $states.input.config.format %}",
        pages: "{% [1..$ceil($states.input.config.rows / $states.input.config.page_size)] %}",
      },
      Next: "BuildPages",
    },
    BuildPages: {
      Type: "Map",
      Items: "{% $states.input.pages %}",
      MaxConcurrency: 4,
      ItemProcessor: {
        StartAt: "BuildPage",
        States: {
          BuildPage: {
            Type: "Pass",
            Output: {
              page: "{% $states.input %}",
              first_row: "{% ($states.input - 1) * $size + 1 %}",
            },
            End: true,
          },
        },
      },
      Output: {
        version: "{% $states.input.version %}",
        format: "{% $states.input.format %}",
        pages: "{% $states.result %}",
      },
      End: true,
    },
  },
};
