/** Imports 2500 records in batches of the size that it is given. */
export const batchImporter = {
  Comment: "Imports 2500 records in batches of the size that it is given.",
  QueryLanguage: "JSONata",
  StartAt: "CutBatches",
  States: {
    CutBatches: {
      Type: "Pass",
      Assign: {
        records: 2500,
        batchSize: "{% $states.input.batch_size %}",
        environment: "{% $states.input.environment %}",
      },
      Output: "{% [1..$ceil(2500 / $states.input.batch_size)] %}",
      Next: "ImportBatches",
    },
    ImportBatches: {
      Type: "Map",
      Items: "{% $states.input %}",
      MaxConcurrency: 5,
      ItemProcessor: {
        StartAt: "ImportBatch",
        States: {
          ImportBatch: {
            Type: "Pass",
            Output: "{% $min([$batchSize, $records - ($states.input - 1) * $batchSize]) %}",
            End: true,
          },
        },
      },
      Output: {
        environment: "{% $environment %}",
        batches: "{% $count($states.result) %}",
        imported: "{% $sum($states.result) %}",
      },
      End: true,
    },
  },
};
