import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { pawlStart, temporaryFolder } from "./pawl-process.js";
import { sdkClient } from "./sdk-client.js";

const ROWS = 30_000;
const BATCH = 5;
const KILLS = 2;

const definition = {
  StartAt: "Rows",
  States: {
    Rows: {
      Type: "Map",
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
        Parameters: { "Bucket.$": "$", Key: "rows.csv" },
      },
      ItemBatcher: { MaxItemsPerBatch: BATCH },
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
        StartAt: "Ids",
        States: { Ids: { Type: "Pass", Parameters: { "ids.$": "$.Items[*].id" }, OutputPath: "$.ids", End: true } },
      },
      ResultWriter: {
        Resource: "arn:aws:states:::s3:putObject",
        Parameters: { "Bucket.$": "$", Prefix: "results" },
        WriterConfig: { Transformation: "FLATTEN" },
      },
      End: true,
    },
  },
};

test("kill -9 in the middle of a map run over a file: the next server brings it to its end, each row once", {
  timeout: 120_000,
}, async () => {
  const folder = await temporaryFolder();
  const data = join(folder, "data");
  mkdirSync(data);
  writeFileSync(join(data, "rows.csv"), `id\n${Array.from({ length: ROWS }, (_, id) => id).join("\n")}\n`);
  const start = async () => {
    const server = await pawlStart(["--data", join(folder, "store"), "--data-folder", data]);
    return { server, client: sdkClient(server.url) };
  };

  let { server, client } = await start();
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      name: "rows",
      definition: JSON.stringify(definition),
      roleArn: "arn:aws:iam::123456789012:role/pawl",
    }),
  );
  const input = JSON.stringify(pathToFileURL(data).href);
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input }));

  let before = 0;
  for (let kills = 0; kills < KILLS; kills++) {
    before = await moreThan(before + 200, client, executionArn);
    server.process.kill("SIGKILL");
    await server.process.ended;
    ({ server, client } = await start());
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(status).toBe("RUNNING");
  }

  let execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  while (execution.status === "RUNNING") {
    await pause();
    execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  }
  expect(execution.status).toBe("SUCCEEDED");
  const counts = await countsOf(client, executionArn);
  const children = ROWS / BATCH;
  expect(counts).toMatchObject({
    total: children,
    succeeded: children,
    resultsWritten: children,
    pending: 0,
    running: 0,
  });
  const { ResultWriterDetails } = JSON.parse(execution.output ?? "") as { ResultWriterDetails: { Key: string } };
  const results = readFileSync(join(data, ResultWriterDetails.Key, "..", "SUCCEEDED_0.json"), "utf8");
  const ids = (JSON.parse(results) as string[]).map(Number).sort((a, b) => a - b);
  expect(ids).toEqual(Array.from({ length: ROWS }, (_, id) => id));
});

/** Waits until more children than this have succeeded. */
async function moreThan(least: number, client: SFNClient, executionArn: string | undefined): Promise<number> {
  for (;;) {
    const succeeded = (await countsOf(client, executionArn))?.succeeded ?? 0;
    if (succeeded > least) return succeeded;
    await pause();
  }
}

async function countsOf(client: SFNClient, executionArn: string | undefined) {
  const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
  const [mapRun] = mapRuns;
  if (mapRun === undefined) return undefined;
  return (await client.send(new DescribeMapRunCommand({ mapRunArn: mapRun.mapRunArn }))).executionCounts;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
