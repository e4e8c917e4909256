import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  InvalidDefinition,
  InvalidExecutionInput,
  InvalidOutput,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { caught, roleArn, serveEngine } from "./served-engine.js";

const TOO_DEEP = "Document nesting depth (1001) exceeds the maximum allowed (1000)";
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

async function machine(client: SFNClient, states: object): Promise<string> {
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
  const { stateMachineArn = "" } = await client.send(
    new CreateStateMachineCommand({ name: "machine", definition, roleArn }),
  );
  return stateMachineArn;
}

describe("JSON that nests deeply", () => {
  it("is refused as an execution's input", async () => {
    const { client } = await serveEngine();
    const stateMachineArn = await machine(client, { P: { Type: "Pass", End: true } });
    const start = (input: string) => client.send(new StartExecutionCommand({ stateMachineArn, input }));
    for (const depth of [1001, 10_000, 100_000]) {
      const refused = await caught(start(nested(depth)));
      expect(refused).toBeInstanceOf(InvalidExecutionInput);
      expect(refused.message).toBe(`Invalid State Machine Execution Input: '${TOO_DEEP}'`);
    }
    expect((await start(nested(1000))).executionArn).toBeDefined();
  });

  it("is refused as a task's output and as a definition", async () => {
    const { client } = await serveEngine();
    const { activityArn = "" } = await client.send(new CreateActivityCommand({ name: "work" }));
    const stateMachineArn = await machine(client, { T: { Type: "Task", Resource: activityArn, End: true } });
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: "[1.10]" }));
    const { taskToken, input } = await client.send(new GetActivityTaskCommand({ activityArn }));
    expect(input).toBe("[1.10]");
    const succeed = (output: string) => client.send(new SendTaskSuccessCommand({ taskToken, output }));
    const refused = await caught(succeed(nested(50_000)));
    expect(refused).toBeInstanceOf(InvalidOutput);
    expect(refused.message).toBe(`Invalid Output: '${TOO_DEEP}'`);
    await succeed('{"b":12345678901234567890,"1":-0.0}');
    const { output } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(output).toBe('{"b":12345678901234567890,"1":-0.0}');
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events.at(-1)?.executionSucceededEventDetails?.output).toBe(output);

    const definition = `{"StartAt":"P","States":{"P":{"Type":"Pass","Result":${nested(5000)},"End":true}}}`;
    const create = client.send(new CreateStateMachineCommand({ name: "deep", definition, roleArn }));
    const invalid = await caught(create);
    expect(invalid).toBeInstanceOf(InvalidDefinition);
    expect(invalid.message).toContain("TOO_DEEPLY_NESTED");
  });
});
