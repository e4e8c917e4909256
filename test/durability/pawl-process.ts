import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The built command, for node. */
export const pawlCommand = fileURLToPath(new URL("../../packages/cli/bin/pawl.js", import.meta.url));

export interface PawlOptions {
  readonly data: string;
  readonly lambdaEndpoint?: string;
  /** The largest file that the process may write, in units of 1,024 bytes; a full disk looks no different. */
  readonly largestFile?: number;
  /** The user to run as; only root can choose. */
  readonly user?: number;
  /** More of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More options of `pawl start`. */
  readonly args?: readonly string[];
  /** Of node, before the command. */
  readonly nodeOptions?: readonly string[];
}

/** `pawl start`, the built command, as a process of its own that can be killed. */
export class PawlProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #url: string | undefined;
  #hasEnded = false;
  stdout = "";
  stderr = "";

  constructor(options: PawlOptions) {
    const {
      data,
      lambdaEndpoint,
      largestFile,
      user,
      environment: more = {},
      nodeOptions = [],
      args: own = [],
    } = options;
    const args = [process.execPath, ...nodeOptions, pawlCommand, "start", "--port", "0", "--data", data, ...own];
    const [file = "", ...rest] =
      // bash counts in 1,024 bytes, and the soft limit can be raised again.
      largestFile === undefined ? args : ["bash", "-c", `ulimit -S -f ${largestFile}; exec "$@"`, "bash", ...args];
    this.#child = spawn(file, rest, {
      env: { ...environment(), ...more, ...(lambdaEndpoint === undefined ? {} : { LAMBDA_ENDPOINT: lambdaEndpoint }) },
      stdio: ["ignore", "pipe", "pipe"],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#ended = once(this.#child, "close").then(([code]) => {
      this.#hasEnded = true;
      return code as number | null;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Sends a signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code; null after a signal. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** The endpoint, once it is served; undefined where the process ends before that. */
  async url(): Promise<string | undefined> {
    while (this.#url === undefined && !this.#hasEnded) {
      this.#url = /API at (http:\S+)/.exec(this.stdout)?.[1];
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.#url;
  }

  /** As `url`. @throws Error with what the process said where it ended */
  async served(): Promise<string> {
    const url = await this.url();
    if (url === undefined) throw new Error(`pawl has ended:\n${this.stdout}\n${this.stderr}`);
    return url;
  }

  /** @throws Error where it goes on for a minute after SIGTERM; it has ended then, too */
  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    let isHanging = false;
    const limit = setTimeout(() => {
      isHanging = true;
      this.#child.kill("SIGKILL");
    }, 60_000);
    await this.#ended;
    clearTimeout(limit);
    if (isHanging) throw new Error(`pawl does not end after ${signal}:\n${this.stdout}\n${this.stderr}`);
  }
}

/** Nothing of what the person who runs the tests has configured for AWS or Pawl. */
function environment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => !/^(?:AWS_|PAWL_|LAMBDA_|NODE_OPTIONS)/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
