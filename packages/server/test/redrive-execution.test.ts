import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionNotRedrivable,
  GetExecutionHistoryCommand,
  InvalidArn,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  ValidationException,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { caught, roleArn, serveEngine } from "./served-engine.js";

const wait = '{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1000,"End":true}}}';

/** A server with an execution that was stopped while it waited. */
async function serveStopped() {
  const { client } = await serveEngine();
  const created = await client.send(new CreateStateMachineCommand({ name: "orders", definition: wait, roleArn }));
  const stateMachineArn = created.stateMachineArn ?? "";
  const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn, name: "run" }));
  await client.send(new StopExecutionCommand({ executionArn, error: "Enough" }));
  const redrive = (clientToken?: string) => client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
  return { client, stateMachineArn, executionArn, redrive };
}

describe("RedriveExecution", () => {
  it("answers the date, which the execution reports from then on", async () => {
    const { client, stateMachineArn, executionArn, redrive } = await serveStopped();
    const { redriveDate } = await redrive();
    expect(redriveDate).toBeInstanceOf(Date);
    const reported = { executionArn, status: "RUNNING", redriveCount: 1, redriveDate };
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({
      ...reported,
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is RUNNING and cannot be redriven",
    });
    expect([described.error, described.stopDate]).toEqual([undefined, undefined]);
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" }));
    expect(executions).toMatchObject([reported]);
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events.map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "WaitStateEntered",
      "ExecutionAborted",
      "ExecutionRedriven",
    ]);
    expect(events[3]).toMatchObject({ previousEventId: 3, executionRedrivenEventDetails: { redriveCount: 1 } });
  });

  it("answers the same date for the same client token", async () => {
    const { client, executionArn, redrive } = await serveStopped();
    const { redriveDate } = await redrive("token");
    await client.send(new StopExecutionCommand({ executionArn }));
    expect((await redrive("token")).redriveDate).toEqual(redriveDate);
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: "ABORTED", redriveCount: 1, redriveStatus: "REDRIVABLE" });
    expect(described.redriveStatusReason).toBeUndefined();
  });

  it("refuses what cannot be redriven", async () => {
    const { client, executionArn, redrive } = await serveStopped();
    await redrive();
    const running = await caught(redrive());
    expect(running).toBeInstanceOf(ExecutionNotRedrivable);
    expect(running.message).toBe(
      `Execution ${executionArn} invalid for redrive as: Execution is RUNNING and cannot be redriven`,
    );
    const send = (arn: string, clientToken?: string) =>
      caught(client.send(new RedriveExecutionCommand({ executionArn: arn, clientToken })));
    expect(await send(`${executionArn}-other`)).toBeInstanceOf(ExecutionDoesNotExist);
    expect(await send("run")).toBeInstanceOf(InvalidArn);
    const express = await send("arn:aws:states:us-east-1:123456789012:express:orders:run:5d3a");
    expect(express).toBeInstanceOf(InvalidArn);
    expect(express.message).toBe("Invalid Arn: 'Resource type not valid in this context: express'");
    expect(await send(executionArn, "no spaces")).toBeInstanceOf(ValidationException);
  });
});
