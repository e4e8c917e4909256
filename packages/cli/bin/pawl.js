#!/usr/bin/env node
import module from "node:module";

// Node 22 and newer keep compiled code between runs; older ones do not have it.
module.enableCompileCache?.();
const { main } = await import("../dist/main.js");
await main(process.argv.slice(2));
