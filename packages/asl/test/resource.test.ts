import { describe, expect, test } from "vitest";
import { parseResource } from "../src/index.js";

describe("parseResource", () => {
  test.each([
    "arn:aws:lambda:us-east-1:123456789012:function:hello",
    "arn:aws:lambda:us-east-1:123456789012:function:hello:PROD",
    "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:hello",
  ])("%s is a Lambda function", (arn) => {
    expect(parseResource(arn)).toEqual({ kind: "lambda", arn });
  });

  test("an activity", () => {
    const arn = "arn:aws:states:us-east-1:123456789012:activity:ship-order";
    expect(parseResource(arn)).toEqual({ kind: "activity", arn });
  });

  test.each([
    ["lambda:invoke", "lambda", "invoke", ""],
    ["lambda:invoke.waitForTaskToken", "lambda", "invoke", ".waitForTaskToken"],
    ["states:startExecution.sync", "states", "startExecution", ".sync"],
    ["states:startExecution.sync:2", "states", "startExecution", ".sync:2"],
    ["ecs:runTask.sync", "ecs", "runTask", ".sync"],
    ["emr-serverless:startJobRun.sync", "emr-serverless", "startJobRun", ".sync"],
    ["aws-sdk:sfn:sendTaskSuccess", "aws-sdk:sfn", "sendTaskSuccess", ""],
    ["aws-sdk:s3:listBuckets.waitForTaskToken", "aws-sdk:s3", "listBuckets", ".waitForTaskToken"],
    ["http:invoke", "http", "invoke", ""],
  ])("%s is an integration", (name, service, action, pattern) => {
    const arn = `arn:aws:states:::${name}`;
    expect(parseResource(arn)).toEqual({ kind: "service", arn, service, action, pattern });
  });

  test.each([
    "arn:aws:states:::dynamodb:query",
    "arn:aws:states:::lambda:invoke.sync",
    "arn:aws:states:::ecs:runTask.sync:2",
    "arn:aws:states:::glue:startJobRun.waitForTaskToken",
    "arn:aws:states:::aws-sdk:s3:listBuckets.sync",
    "arn:aws:states:::constructor:name",
    "arn:aws:states:::lambda",
    "arn:aws:s3:::bucket",
    "arn:aws:lambda:us-east-1:123456789012:layer:x",
    "hello",
    "",
  ])("%s is nothing that a task can call", (arn) => {
    expect(parseResource(arn)).toBeUndefined();
  });
});
