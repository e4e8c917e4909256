/** Packages whose bundles hold what their `devDependencies` name. */
const BUNDLED = ["packages/cli", "packages/terraform-provider"];

/**
 * Places in a package-lock.json of what runs where Pawl is used: what the published packages depend on, and what is built into their
 * bundles. npm takes the latter for development only.
 */
export function runTimePackages({ packages }) {
  const found = new Set();
  const pending = [];
  for (const [place, entry] of Object.entries(packages)) {
    if (!/^packages\/[^/]+$/.test(place)) continue;
    pending.push([place, { ...entry.dependencies, ...(BUNDLED.includes(place) ? entry.devDependencies : {}) }]);
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [from, names] = next;
    for (const name of Object.keys(names)) {
      const place = placeOf(packages, from, name);
      // A workspace is there by a link, and is looked through itself.
      if (place === undefined || found.has(place) || packages[place].link === true) continue;
      found.add(place);
      const { dependencies, optionalDependencies } = packages[place];
      pending.push([place, { ...dependencies, ...optionalDependencies }]);
    }
  }
  return found;
}

/** Where Node finds a package from another: beside it, or beside what that is in. Optional ones may be nowhere. */
function placeOf(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const place = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, place)) return place;
    if (folder === "") return undefined;
  }
}
