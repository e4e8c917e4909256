import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fuzzTarget, replay } from "../fuzz/fuzz-target.js";
import { targets } from "../fuzz/targets.js";

const corpus = fileURLToPath(new URL("../fuzz/corpus", import.meta.url));

describe.each(targets)("$name", (target) => {
  it("takes whatever is drawn", async () => {
    const { failures, cases } = await fuzzTarget(target, { seed: 1, cases: 60, seconds: 20 });
    expect(failures).toEqual([]);
    expect(cases).toBeGreaterThan(0);
  });

  const folder = `${corpus}/${target.name}`;
  const kept = existsSync(folder) ? readdirSync(folder) : [];
  it.each(kept)("takes what was found before: %s", async (file) => {
    expect(await replay(target, readFileSync(`${folder}/${file}`, "utf8"))).toBeUndefined();
  });
});
