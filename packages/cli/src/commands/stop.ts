import { type ApiOptions, openApi } from "../api.js";
import { parseArn } from "../arn.js";
import { exitCode } from "../exit-code.js";
import { dateAndTime, type OutputOptions, wantsJson, writeDocument, writeLine } from "../screen.js";

export interface StopOptions extends ApiOptions, OutputOptions {
  readonly error?: string;
  readonly cause?: string;
}

export async function stop(executionArn: string, options: StopOptions): Promise<number> {
  const { region } = parseArn(executionArn, "execution");
  const { error, cause } = options;
  const api = await openApi(options, region);
  const { stopDate } = await api.request((client) =>
    client.send(new api.sdk.StopExecutionCommand({ executionArn, error, cause })),
  );
  api.close();
  if (wantsJson(options)) {
    writeDocument({ executionArn, stopDate });
  } else {
    writeLine(`Stopped${stopDate === undefined ? "" : ` at ${dateAndTime(stopDate)}`}: ${executionArn}`);
  }
  return exitCode.ok;
}
