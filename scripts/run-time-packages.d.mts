import type { LockedPackage } from "./check-lock-file.mjs";

/** Places in a package-lock.json of what runs where Pawl is used. */
export function runTimePackages(lock: { readonly packages: Readonly<Record<string, LockedPackage>> }): Set<string>;
