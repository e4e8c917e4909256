import { open, rm, stat } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Api, ApiError, type ApiOptions, openApi } from "../api.js";
import { shown } from "../definition-file.js";
import { CommandError, exitCode } from "../exit-code.js";
import { type OutputOptions, wantsJson, writeDocument, writeLine } from "../screen.js";

export interface BackupOptions extends ApiOptions, OutputOptions {
  /** A data folder that no server uses. */
  readonly data?: string;
  /** Whether to look for damage in what was written. */
  readonly check: boolean;
}

/** Writes a backup of a running server, or of a data folder, to a new file. Exit code 1 where what it holds is damaged. */
export async function backup(file: string, options: BackupOptions): Promise<number> {
  const { data } = options;
  if (data === undefined) {
    await backUpServer(file, options);
  } else {
    await backUpFolder(file, data);
  }
  const { size } = await stat(file);
  if (wantsJson(options)) {
    writeDocument({ file: resolve(file), bytes: size });
  } else {
    writeLine(`Backup in ${shown(resolve(file))}, ${(size / 1e6).toFixed(1)} MB`);
  }
  return options.check ? await checkWritten(file) : exitCode.ok;
}

/** Damage in the data is damage in its backup: better known on the day than when it is needed. */
async function checkWritten(file: string): Promise<number> {
  const { checkData } = await import("@pawl/engine");
  const { faults } = await checkData(file);
  if (faults.length === 0) return exitCode.ok;
  for (const fault of faults.slice(0, 10)) process.stderr.write(`pawl: ${fault}\n`);
  process.stderr.write(
    `pawl: The data is damaged, and so is its backup: keep the one before it (pawl check ${file})\n`,
  );
  return exitCode.no;
}

async function backUpFolder(file: string, data: string): Promise<void> {
  const folder = resolve(data);
  try {
    await stat(join(folder, "pawl.db"));
  } catch {
    throw new CommandError(`There is no data in ${shown(folder)}`);
  }
  const { openSqliteStore } = await import("@pawl/engine");
  const store = await openSqliteStore({ folder });
  try {
    await store.backup(file);
  } finally {
    await store.close();
  }
}

async function backUpServer(file: string, options: BackupOptions): Promise<void> {
  const api = await openApi(options);
  if (api.endpoint === undefined) {
    throw new CommandError("AWS gives no backups: name a Pawl server with --endpoint, or a folder with --data");
  }
  // Made first: a name that is taken must not cost the server a backup.
  const target = await create(file);
  try {
    const answer = await requestBackup(api, new URL("/backup", api.endpoint));
    await pipeline(answer, target.createWriteStream({ flush: true }));
    const { size } = await stat(file);
    if (size !== Number(answer.headers["content-length"])) {
      throw new CommandError(`The connection to ${api.endpoint} ended before the backup was whole`);
    }
  } catch (error) {
    await target.close().catch(() => {});
    await rm(file, { force: true });
    throw error instanceof CommandError ? error : new ApiError(error, api.endpoint);
  } finally {
    api.close();
  }
}

async function create(file: string) {
  try {
    return await open(file, "wx", 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(code === "EEXIST" ? `${file} is there already` : `${file} cannot be written: ${message}`);
  }
}

async function requestBackup(api: Api, url: URL): Promise<IncomingMessage> {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const { headers } = await api.request(async ({ config }) => {
    const { credentials, region, sha256 } = config;
    return new SignatureV4({ service: "states", region, credentials, sha256 }).sign({
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, "content-type": "application/x-amz-json-1.0", "content-length": "0" },
    });
  });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    send(url, { method: "POST", headers }, resolve).on("error", reject).end();
  });
  if (answer.statusCode === 200) {
    return answer;
  }
  let text = "";
  for await (const chunk of answer) text += chunk;
  if (answer.statusCode === 404) {
    throw new CommandError(`The server at ${url.origin} gives no backups: it keeps its data in memory, or is no Pawl`);
  }
  const { __type: name = `status ${answer.statusCode}`, message = "" } = parsed(text);
  throw new CommandError(message === "" ? `The server answered ${name}` : `${name}: ${message}`);
}

function parsed(text: string): { readonly __type?: string; readonly message?: string } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
