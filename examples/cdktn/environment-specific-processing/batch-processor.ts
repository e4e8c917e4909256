/** Processes 1000 records in batches: a function does the work, and a batch that fails is tried again as often as the environment allows. */
export const batchProcessor = {
  Comment:
    "Processes 1000 records in batches: a function does the work, and a batch that fails is tried again as often as the environment allows.",
  QueryLanguage: "JSONata",
  StartAt: "CutBatches",
  States: {
    CutBatches: {
      Type: "Pass",
      Assign: {
        function: "{% $states.input.function %}",
        source: "{% $states.input.data_source %}",
        target: "{% $states.input.output_path %}",
        maxRetries: "{% $states.input.max_retries %}",
        timeoutSeconds: "{% $states.input.timeout_hours * 3600 %}",
      },
      Output:
        "{% ( $size := $states.input.batch_size; [[1..$ceil(1000 / $size)].{ 'batch': $, 'first': ($ - 1) * $size + 1, 'last': $min([$ * $size, 1000]) }] ) %}",
      Next: "ProcessBatches",
    },
    ProcessBatches: {
      Type: "Map",
      Items: "{% $states.input %}",
      MaxConcurrency: 4,
      ItemProcessor: {
        StartAt: "CountAttempts",
        States: {
          CountAttempts: {
            Type: "Pass",
            Assign: {
              retries: 0,
            },
            Next: "ProcessBatch",
          },
          ProcessBatch: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke",
            Arguments: {
              FunctionName: "{% $function %}",
              Payload: {
                source: "{% $source %}",
                batch: "{% $states.input.batch %}",
                first: "{% $states.input.first %}",
                last: "{% $states.input.last %}",
              },
            },
            TimeoutSeconds: "{% $timeoutSeconds %}",
            Catch: [
              {
                ErrorEquals: ["States.ALL"],
                Assign: {
                  reason: "{% $states.errorOutput.Error %}",
                },
                Output: "{% $states.input %}",
                Next: "MayRetry",
              },
            ],
            Output: {
              batch: "{% $states.input.batch %}",
              processed: "{% $states.result.Payload.processed %}",
            },
            End: true,
          },
          MayRetry: {
            Type: "Choice",
            Choices: [
              {
                Condition: "{% $retries < $maxRetries %}",
                Next: "WaitForRetry",
              },
            ],
            Default: "GiveUp",
          },
          WaitForRetry: {
            Type: "Wait",
            Seconds: 1,
            Assign: {
              retries: "{% $retries + 1 %}",
            },
            Next: "ProcessBatch",
          },
          GiveUp: {
            Type: "Pass",
            Output: {
              batch: "{% $states.input.batch %}",
              processed: 0,
              failed: "{% $reason %}",
            },
            End: true,
          },
        },
      },
      Output: {
        source: "{% $source %}",
        target: "{% $target %}",
        batches: "{% $count($states.result) %}",
        processed: "{% $sum($states.result.processed) %}",
        failed: "{% [$states.result[$exists(failed)]] %}",
      },
      End: true,
    },
  },
};
