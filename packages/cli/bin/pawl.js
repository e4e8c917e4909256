#!/usr/bin/env node
import { existsSync, mkdirSync, statSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

if (process.env.PAWL_DEBUG !== undefined) process.setSourceMapsEnabled(true);
keepCompiledCode();
const { main } = await import("../dist/main.js");
await main(process.argv.slice(2));

/**
 * Node 22 and newer keep compiled code between runs, by default where anybody may write (the folder for temporary files). What is kept runs as this
 * user, so it goes to a folder that is this user's alone, or nowhere.
 */
function keepCompiledCode() {
  if (module.enableCompileCache === undefined) return;
  try {
    const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
    const parent = XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), ".cache");
    const folder = join(parent, "pawl");
    // Not with the option `recursive`, which never returns where a file system answers ENOENT for a folder whose parent is there (/proc).
    for (const each of [parent, folder]) if (!existsSync(each)) mkdirSync(each, { mode: 0o700 });
    const { uid, mode } = statSync(folder);
    const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    if (isOwn) module.enableCompileCache(folder);
  } catch {
    // A home that cannot be written: it starts without.
  }
}
