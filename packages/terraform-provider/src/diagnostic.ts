/** Where in a configuration: names of attributes and blocks, indexes into lists, `{ key }` for maps, from the outside in. */
export type Path = readonly (string | number | { readonly key: string })[];

/** What Terraform shows of a problem: the summary as its headline, the detail below, at the attribute of `path`. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail?: string;
  /** In the resource's, data source's or action's configuration; the whole of it where this is left out. */
  readonly path?: Path;
}

export function error(summary: string, detail?: string, path?: Path): Diagnostic {
  return {
    severity: "error",
    summary,
    ...(detail === undefined ? {} : { detail }),
    ...(path === undefined ? {} : { path }),
  };
}

export function warning(summary: string, detail?: string, path?: Path): Diagnostic {
  return { ...error(summary, detail, path), severity: "warning" };
}

/** Ends an operation of a resource, data source or action: Terraform shows the diagnostics. */
export class DiagnosticError extends Error {
  override readonly name: string = "DiagnosticError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(...diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ summary, detail = "" }) => `${summary}: ${detail}`).join("\n"));
    this.diagnostics = diagnostics;
  }
}
