import { type ChildProcess, spawn } from "node:child_process";

/**
 * Kills process groups when Pawl is gone, however it went: a process that loops does not notice that nobody is there any more. A
 * shell of its own reads which groups live and, when its input ends, ends those that are left.
 */
export class ProcessReaper {
  #shell: ChildProcess | undefined;
  readonly #groups = new Set<number>();

  add(group: number): void {
    if (process.platform === "win32") return;
    this.#groups.add(group);
    if (this.#shell === undefined) this.#start();
    else this.#shell.stdin?.write(`+ ${group}\n`);
  }

  remove(group: number): void {
    if (this.#groups.delete(group)) this.#shell?.stdin?.write(`- ${group}\n`);
  }

  /** Kills the groups that are left. */
  close(): void {
    this.#shell?.stdin?.end();
    this.#shell = undefined;
    this.#groups.clear();
  }

  #start(): void {
    // In a group of its own: the terminal's Ctrl-C is not for it.
    const shell = spawn("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true, env: {} });
    this.#shell = shell;
    shell.unref();
    const gone = (): void => {
      // Where there is none, or it was killed, the next process starts it again.
      if (this.#shell === shell) this.#shell = undefined;
    };
    shell.on("error", gone);
    shell.on("exit", gone);
    shell.stdin?.on("error", gone);
    (shell.stdin as unknown as { unref?: () => void })?.unref?.();
    for (const group of this.#groups) shell.stdin?.write(`+ ${group}\n`);
  }
}

const SCRIPT = `
trap '' INT TERM HUP
live=' '
while read -r change group; do
  case $change in
    +) live="$live$group " ;;
    -) live="\${live%% $group *} \${live#* $group }" ;;
  esac
done
for group in $live; do kill -s KILL -- "-$group"; done
`;
