export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

/** What is wrong with a lock file, sentence by sentence. */
export function faultsOfLockFile(lock: { readonly packages: Readonly<Record<string, LockedPackage>> }): string[];
