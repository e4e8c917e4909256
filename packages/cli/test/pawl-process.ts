import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const examples = join(repository, "examples");
const pawlCommand = join(repository, "packages/cli/bin/pawl.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `pawl`, the built command, as a process of its own. */
export class PawlProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[], options: SpawnOptions = {}) {
    this.#child = spawn(process.execPath, [options.script ?? pawlCommand, ...args], {
      cwd: options.cwd ?? repository,
      env: { ...cleanEnvironment(), ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#child.stdin?.end(options.stdin ?? "");
    this.#ended = once(this.#child, "close").then(([code]) => {
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  get ended(): Promise<Ended> {
    return this.#ended;
  }

  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void {
    this.#child.kill(signal);
  }

  /** What `pattern` matches in stdout, as soon as it does. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.#ended.then(() => {
      over = true;
    });
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (over) throw new Error(`${pattern} was never printed:\n${this.stdout}\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Another script of the repository than the command itself. */
  readonly script?: string;
}

/** Runs `pawl` to its end. */
export function pawl(args: readonly string[], options?: SpawnOptions): Promise<Ended> {
  return new PawlProcess(args, options).ended;
}

export interface PawlServer {
  readonly url: string;
  readonly process: PawlProcess;
}

/** Starts `pawl start` on a free port; it is ended with the test at the latest. */
export async function pawlStart(args: readonly string[], options?: SpawnOptions): Promise<PawlServer> {
  const server = new PawlProcess(["start", "--port", "0", ...args], options);
  onTestFinished(async () => {
    server.kill("SIGKILL");
    await server.ended;
  });
  const [, url = ""] = await server.printed(/API at (https?:\S+)/);
  return { url, process: server };
}

/** An empty folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pawl-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Nothing of what the person who runs the tests has configured for AWS or Pawl. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => !/^(?:AWS_|PAWL_|LAMBDA_|NO_COLOR|FORCE_COLOR)/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
