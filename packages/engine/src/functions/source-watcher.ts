import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

/** Folders whose files are no sources: what is installed, built or kept there changes without a change of the function. */
const SKIPPED = new Set(["node_modules", "__pycache__", "venv", "target", "dist-info"]);
/** What code and its settings are written in, so that a function that writes data beside its code does not restart itself. */
const SOURCES = new Set(
  ".js .mjs .cjs .ts .mts .cts .json .wasm .node .py .pyc .rb .go .rs .java .jar .class .kt .cs .dll .php .lua .sh .so .toml .yaml .yml .env".split(
    " ",
  ),
);
/** Watching costs a handle of the system for each folder. */
const MOST_FOLDERS = 500;
/** Milliseconds: an editor writes a file in several steps. */
const QUIET = 100;

/**
 * Calls back when a source file in one of the folders, or one of the files themselves, has changed. What cannot be watched is left
 * out: then a change is seen with the next start of Pawl.
 */
export class SourceWatcher {
  readonly #watchers: FSWatcher[] = [];
  readonly #changed: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(paths: readonly string[], changed: () => void) {
    this.#changed = changed;
    for (const path of paths) {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats?.isDirectory()) this.#watchFolder(path);
      // Editors replace a file by another of its name: its folder sees that.
      else if (stats !== undefined) this.#watch(dirname(path), (file) => file === basename(path));
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers.length = 0;
  }

  #watchFolder(folder: string): void {
    if (this.#watchers.length >= MOST_FOLDERS) return;
    this.#watch(folder, (file) => SOURCES.has(extname(file)) || file === "bootstrap");
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const isSource = entry.isDirectory() && !entry.name.startsWith(".") && !SKIPPED.has(entry.name);
        if (isSource) this.#watchFolder(join(folder, entry.name));
      }
    } catch {
      // A folder that cannot be read holds nothing that the function could read.
    }
  }

  #watch(path: string, concerns: (file: string) => boolean): void {
    try {
      const watcher = watch(path, { persistent: false }, (_event, file) => {
        if (file !== null && !concerns(file)) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.#changed, QUIET).unref();
      });
      watcher.on("error", () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // The system gives no more handles, or the path is gone.
    }
  }
}
