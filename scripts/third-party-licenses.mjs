// What a bundle holds of others, and under which terms: their licences ask to be handed on with the code.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The texts of the licences of all packages that esbuild has put into a bundle, one after the other.
 *
 * @param root the folder that the paths of `metafiles` are relative to
 * @param metafiles what esbuild says about its bundles
 * @throws where a package has neither a text nor the name of a licence
 */
export function thirdPartyLicenses(root, metafiles) {
  const folders = new Set(
    metafiles
      .flatMap(({ inputs }) => Object.keys(inputs))
      .map((path) => /^(?:[^:]*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0])
      .filter((folder) => folder !== undefined),
  );
  const packages = new Map();
  for (const folder of folders) {
    const text = licenseOf(join(root, folder));
    packages.set(text.title, text);
  }
  const texts = new Map();
  for (const title of [...packages.keys()].sort()) {
    const { body } = packages.get(title);
    texts.set(body, [...(texts.get(body) ?? []), title]);
  }
  const parts = [...texts].map(([body, titles]) => `${titles.join("\n")}\n\n${body}\n`);
  return `Parts of these packages are built into Pawl's files.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

function licenseOf(folder) {
  // A package may hold folders with a manifest that says nothing but how they are loaded.
  let place = folder;
  while (!existsSync(join(place, "package.json"))) place = dirname(place);
  const { name, version, license } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  const files = readdirSync(place).filter((file) => /^(?:licen[cs]e|notice|copying)(?:[.-].*)?$/i.test(file));
  if (files.length === 0 && typeof license !== "string") throw new Error(`${name} ${version} names no licence`);
  const body = files.map((file) => readFileSync(join(place, file), "utf8").trim()).join("\n\n");
  return { title: `${name} ${version} (${license ?? "see below"})`, body };
}
