import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CDKTN } from "./expected.js";

const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));

/** What a cdktn example writes: its program run as its users run it, the JSON that Terraform gets. */
export async function synthesized(folder: string): Promise<Record<string, unknown>> {
  const work = await mkdtemp(join(tmpdir(), "pawl-synth-"));
  try {
    // cdktn's terraform_data asks the terraform on PATH for its version, and there may be none.
    const terraform = join(work, "terraform");
    await writeFile(terraform, "#!/bin/sh\necho Terraform v1.14.4\n");
    await chmod(terraform, 0o755);
    await promisify(execFile)(process.execPath, [tsx, "main.ts"], {
      cwd: join(CDKTN, folder),
      env: { ...process.env, PATH: `${work}${delimiter}${process.env.PATH}`, CDKTF_OUTDIR: join(work, "out") },
    });
    return JSON.parse(await readFile(join(work, "out/stacks", folder, "cdk.tf.json"), "utf8"));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
