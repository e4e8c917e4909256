import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Engine, ServiceError } from "@pawl/engine";
import { answer } from "./answer.js";
import type { Log } from "./log.js";
import { metricsText, metricsType, type ServerMetrics } from "./metrics-text.js";
import { nextRequestId } from "./request-id.js";

export interface OperatorRoutesOptions {
  readonly engine: Engine;
  readonly log: Log;
  readonly version: string;
  /** Where a backup lies while it is sent; absent: no backups. */
  readonly backupFolder: string | undefined;
  readonly serverMetrics: () => Promise<Omit<ServerMetrics, "engine" | "version">>;
}

/** What is served besides the API, for those who run the server: `GET /health`, `GET /metrics`, `POST /backup`. */
export class OperatorRoutes {
  readonly #options: OperatorRoutesOptions;
  #backupUnderWay = false;

  constructor(options: OperatorRoutesOptions) {
    this.#options = options;
  }

  /** Answers a request that is for here; false where it is not. */
  serve(request: IncomingMessage, response: ServerResponse, closing: boolean): boolean {
    if (request.method !== "GET") {
      return false;
    }
    const path = request.url?.split("?", 1)[0];
    if (path === "/health") {
      void this.#health(response, closing);
      return true;
    }
    if (path === "/metrics") {
      void this.#metrics(response, closing);
      return true;
    }
    return false;
  }

  async #health(response: ServerResponse, closing: boolean): Promise<void> {
    const { engine, log, version } = this.#options;
    const send = (status: number, body: object) =>
      answer(response, status, "application/json", `${JSON.stringify(body)}\n`, closing);
    if (closing) {
      send(503, { status: "stopping" });
      return;
    }
    try {
      await engine.check();
      send(200, { status: "ok", version });
    } catch (error) {
      // Why is for those who read the log: a message of the store names files.
      log.error(`health: ${(error as Error).message}`);
      send(503, { status: "failing" });
    }
  }

  async #metrics(response: ServerResponse, closing: boolean): Promise<void> {
    const { engine, version, serverMetrics } = this.#options;
    const text = metricsText({ version, engine: engine.metrics(), ...(await serverMetrics()) });
    answer(response, 200, metricsType, text, closing);
  }

  isBackup(url: string | undefined): boolean {
    return url === "/backup" && this.#options.backupFolder !== undefined;
  }

  /**
   * Sends a backup. The server writes it to a file of its own and sends that: a caller names no files here.
   *
   * @param isAllowed whether the caller may have everything that there is
   * @throws ServiceError AccessDeniedException, ConflictException; StoreError
   */
  async backup(response: ServerResponse, isAllowed: boolean): Promise<void> {
    const { engine, backupFolder = "", log } = this.#options;
    if (!isAllowed) {
      const who =
        "Backups are for holders of an access key of the server's own account, and where there are no access keys for this machine itself";
      throw new ServiceError("AccessDeniedException", who);
    }
    if (this.#backupUnderWay) {
      throw new ServiceError("ConflictException", "Another backup is under way");
    }
    this.#backupUnderWay = true;
    const file = join(backupFolder, backupName);
    try {
      await mkdir(backupFolder, { recursive: true, mode: 0o700 });
      await rm(file, { force: true });
      await engine.backup(file);
      const { size } = await stat(file);
      response.writeHead(200, [
        "x-amzn-RequestId",
        nextRequestId(),
        "Content-Type",
        "application/vnd.sqlite3",
        "Content-Length",
        String(size),
        "Connection",
        "close",
      ]);
      log.info("backup", { bytes: size });
      await pipeline(createReadStream(file), response);
    } finally {
      await rm(file, { force: true });
      this.#backupUnderWay = false;
    }
  }
}

/** One name: what a process left that was killed meanwhile, the next backup takes away. */
const backupName = "backup.sending";
