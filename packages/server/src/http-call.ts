import { IncomingMessage, type ServerResponse } from "node:http";
import { ServiceError } from "@pawl/engine";
import type { AccessKey } from "./access/access-key.js";
import type { SignatureClaim } from "./access/signature-claim.js";
import { answer, errorBody, internalFailure, jsonType, notAnOperation, startAnswer } from "./answer.js";
import type { CallHost } from "./call-host.js";
import { isLoopbackPeer } from "./loopback.js";
import type { Caller, Operation } from "./operation.js";
import {
  contentTypeOf,
  failureOf,
  findOperation,
  operatorMessage,
  parseBody,
  runOperation,
  traceIdOf,
} from "./operation-call.js";

/** Longest time that a caller who sends too much is listened to after the answer, so that it gets to read it. */
const lingerMs = 2_000;

/**
 * One HTTP request, from its head to its answer. The server makes these instead of plain message objects, so that a
 * call needs no further object and no closures.
 *
 * A StartExecution that an engine answers at once costs 25.2 µs of processor time, a bare node:http server that parses
 * the same body and answers 22.7 µs: 0.90 of its speed (Node 20.20, two cores; bench/start-execution.mjs). The Host header, the
 * caller's account and region and the counts cost nothing that can be measured: 30.9 µs with them and 30.4 µs without, in one run
 * on a busy machine. In the same run a signature cost 36 µs more, quotas 2 µs, a debug log 3 µs.
 */
export class HttpCall extends IncomingMessage implements Caller {
  // Both are there from `serve` on, which comes before all else.
  #host!: CallHost;
  #response!: ServerResponse;
  #contentType = jsonType;
  #target = "";
  #chunk: Buffer | undefined;
  #moreChunks: Buffer[] | undefined;
  #size = 0;
  #isBackup = false;
  #claim: SignatureClaim | undefined;
  /** What the head was found wanting in: the answer, once the body has passed by. */
  #refusal: unknown;
  #operation: Operation | undefined;
  /** When it came, where the log asks for it. */
  #began = 0;

  /** Takes the call up once its head has been read. */
  serve(host: CallHost, response: ServerResponse): void {
    this.#host = host;
    this.#response = response;
    if (host.log.isDebug) {
      this.#began = performance.now();
    }
    const name = this.#header("host");
    if (!host.hosts.allows(name, this.socket)) {
      this.#refuseHost(name ?? "");
      return;
    }
    if (host.cors?.serve(this, response) === true) {
      return;
    }
    this.#target = this.#header("x-amz-target") ?? "";
    const contentType = contentTypeOf(this.#header("content-type"));
    this.#isBackup = host.operatorRoutes.isBackup(this.url);
    if (contentType === undefined || this.method !== "POST" || !(isRoot(this.url) || this.#isBackup)) {
      if (!host.operatorRoutes.serve(this, response, host.closing)) {
        answer(response, 404, "application/xml", notAnOperation, host.closing);
      }
      return;
    }
    this.#contentType = contentType;
    if (Number(this.#header("content-length") ?? 0) > host.maxBodyBytes) {
      this.#refuseBody();
      return;
    }
    if (host.access !== undefined) {
      try {
        this.#claim = host.access.claim(this);
      } catch (error) {
        this.#refusal = error;
      }
    }
    this.on("data", this.#onData);
    this.on("end", this.#onEnd);
  }

  get traceId(): string | undefined {
    return traceIdOf(this.#header("x-amzn-trace-id"));
  }

  signal(): AbortSignal {
    const gone = new AbortController();
    const { polls, closing } = this.#host;
    if (closing) {
      gone.abort();
    }
    polls.add(gone);
    this.#response.once("close", () => {
      polls.delete(gone);
      gone.abort();
    });
    return gone.signal;
  }

  /** The first header of this name, in small letters. Cheaper than the `headers` that Node makes of all of them. */
  #header(name: string): string | undefined {
    const headers = this.rawHeaders;
    for (let index = 0; index < headers.length; index += 2) {
      const header = headers[index];
      if (header !== undefined && header.length === name.length && header.toLowerCase() === name) {
        return headers[index + 1];
      }
    }
    return undefined;
  }

  #onData(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#host.maxBodyBytes) {
      this.off("data", this.#onData);
      this.off("end", this.#onEnd);
      this.#refuseBody();
    } else if (this.#refusal !== undefined) {
      return;
    } else if (this.#chunk === undefined) {
      this.#chunk = chunk;
    } else {
      this.#moreChunks ??= [this.#chunk];
      this.#moreChunks.push(chunk);
    }
  }

  #onEnd(): void {
    this.#host.started();
    if (this.#refusal !== undefined) {
      this.#refuse(this.#refusal);
      return;
    }
    const body = this.#moreChunks === undefined ? this.#chunk : Buffer.concat(this.#moreChunks);
    const { access } = this.#host;
    if (access === undefined || this.#claim === undefined) {
      this.#take(body);
      return;
    }
    access.verify(this.#claim, this, body).then(
      (key) => this.#take(body, key),
      (error) => this.#refuse(error),
    );
  }

  /** Who called may not do so. */
  #refuse(error: unknown): void {
    const { code } = error as { code?: string };
    this.#host.log.info("refused", { error: code, from: this.socket.remoteAddress });
    this.#fail(error);
  }

  /** Who called may do so. */
  #take(body: Buffer | undefined, key?: AccessKey): void {
    if (this.#isBackup) {
      this.#backup(key);
      return;
    }
    try {
      const result = this.#run(body?.toString() ?? "", key);
      if (typeof result === "string") {
        this.#answer(200, result);
      } else {
        result.then(
          (text) => this.#answer(200, text),
          (error) => this.#fail(error),
        );
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #run(text: string, key: AccessKey | undefined): string | Promise<string> {
    const body = parseBody(text);
    const operation = findOperation(this.#target);
    this.#operation = operation;
    const { homes } = this.#host;
    const engine =
      key === undefined || this.#claim === undefined
        ? homes.ofHeader(this.#header("authorization"))
        : homes.ofKey(key, this.#claim.region);
    return runOperation(this.#host, engine, operation, body, this);
  }

  #backup(key: AccessKey | undefined): void {
    const { homes, operatorRoutes, log } = this.#host;
    // Without access keys it is this machine itself that may ask.
    const isAllowed = key === undefined ? isLoopbackPeer(this.socket.remoteAddress) : homes.isOwner(key);
    operatorRoutes.backup(this.#response, isAllowed).then(
      () => this.#host.ended(),
      (error) => {
        if (error instanceof ServiceError) {
          this.#fail(error);
          return;
        }
        // A caller that leaves is no fault of ours.
        if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") {
          log.error(`backup: ${operatorMessage(error)}`);
        }
        if (this.#response.headersSent) {
          this.#response.destroy();
          this.#host.ended();
        } else {
          this.#answer(500, internalFailure);
        }
      },
    );
  }

  #fail(error: unknown): void {
    const { status, body, code } = failureOf(error, this.#target, this.#host.log);
    this.#answer(status, body, code);
  }

  #answer(status: number, body: string, error?: string): void {
    const { requests, log, closing } = this.#host;
    requests.count(this.#operation?.name ?? "unknown", status);
    // The caller of a long poll may have gone.
    if (!this.#response.destroyed) {
      const requestId = answer(this.#response, status, this.#contentType, body, closing);
      if (log.isDebug) {
        this.#logAnswer(requestId, status, error);
      }
    }
    this.#host.ended();
  }

  #logAnswer(requestId: string, status: number, error: string | undefined): void {
    this.#host.log.debug("answered", {
      requestId,
      operation: this.#operation?.name,
      status,
      error,
      milliseconds: Number((performance.now() - this.#began).toFixed(1)),
      accessKey: this.#claim?.accessKeyId,
      from: this.socket.remoteAddress,
    });
  }

  #refuseHost(name: string): void {
    const { log, closing } = this.#host;
    const message = `The Host header '${name}' names neither this machine nor a host that is allowed: call it by its address, or start Pawl with --allowed-host`;
    answer(this.#response, 403, jsonType, errorBody("AccessDeniedException", message), closing);
    log.info("host refused", { host: name, from: this.socket.remoteAddress });
  }

  /** Answers at once, hears the caller out for a while without keeping what it sends, and closes. */
  #refuseBody(): void {
    const response = this.#response;
    const limit = `Request size exceeds the limit of ${this.#host.maxBodyBytes} bytes`;
    const body = errorBody("RequestEntityTooLargeException", limit);
    response.shouldKeepAlive = false;
    startAnswer(response, 413, this.#contentType, body);
    response.write(body);
    const timer = setTimeout(() => response.end(), lingerMs);
    this.once("end", () => response.end());
    response.once("close", () => clearTimeout(timer));
    this.resume();
  }
}

function isRoot(url: string | undefined): boolean {
  return url === "/" || url?.startsWith("/?") === true;
}
