import { type Api, type ApiOptions, openApi } from "../api.js";
import { type Arn, parseArn } from "../arn.js";
import { statusColour } from "../execution-view.js";
import { exitCode } from "../exit-code.js";
import { indentedJson } from "../indented-json.js";
import {
  dateAndTime,
  type OutputOptions,
  oneLine,
  span,
  styled,
  wantsJson,
  writeDocument,
  writeLine,
} from "../screen.js";
import { record } from "../table.js";

/** What the API says of one thing: its answer as it is. */
type Answer = Readonly<Record<string, unknown>>;

export async function describe(arnText: string, options: ApiOptions & OutputOptions): Promise<number> {
  const arn = parseArn(arnText, "execution", "stateMachine", "activity", "mapRun");
  const api = await openApi(options, arn.region);
  const { $metadata, ...answer } = await ask(api, arn);
  api.close();
  if (wantsJson(options)) {
    writeDocument(answer);
  } else {
    for (const line of record(fieldsOf(answer))) {
      writeLine(line);
    }
  }
  return exitCode.ok;
}

function ask(api: Api, { kind, text }: Arn): Promise<Answer> {
  const { DescribeActivityCommand, DescribeExecutionCommand, DescribeMapRunCommand, DescribeStateMachineCommand } =
    api.sdk;
  return api.request<Answer>(async (client) => {
    switch (kind) {
      case "activity":
        return { ...(await client.send(new DescribeActivityCommand({ activityArn: text }))) };
      case "mapRun":
        return { ...(await client.send(new DescribeMapRunCommand({ mapRunArn: text }))) };
      case "stateMachine":
        return { ...(await client.send(new DescribeStateMachineCommand({ stateMachineArn: text }))) };
      default:
        return { ...(await client.send(new DescribeExecutionCommand({ executionArn: text }))) };
    }
  });
}

function fieldsOf(answer: Answer): [name: string, value: string][] {
  const fields = Object.entries(answer)
    .filter(([name, value]) => value !== undefined && !name.endsWith("Details"))
    .map(([name, value]): [string, string] => [name, shownValue(name, value)]);
  const { startDate, stopDate } = answer;
  if (startDate instanceof Date && stopDate instanceof Date) {
    fields.push(["duration", span(stopDate.getTime() - startDate.getTime())]);
  }
  return fields;
}

const JSON_TEXTS = new Set(["definition", "input", "output"]);

function shownValue(name: string, value: unknown): string {
  if (value instanceof Date) {
    return dateAndTime(value);
  }
  if (typeof value !== "string") {
    return indentedJson(JSON.stringify(value));
  }
  if (name === "status") {
    return styled(statusColour(value), value);
  }
  return JSON_TEXTS.has(name) ? indentedJson(value) : oneLine(value);
}
