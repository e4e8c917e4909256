import { intersects, subset, validRange } from "semver";

/**
 * The first Terraform whose actions work. They came with 1.14.0, which ran `after_*` actions before the resource was there
 * (hashicorp/terraform#37936).
 */
export const FIRST_WITH_ACTIONS = "1.14.1";

/** The first Terraform with `on_failure` and the events of destroying. */
export const FIRST_WITH_ON_FAILURE = "1.16.0";

/**
 * Which versions a project may be used with, as a range of npm's semver: what its constraint or its `targetVersions` say, else those from
 * `first` on.
 */
export function admittedVersions(constraint: string | undefined, targets: unknown, first: string): string {
  const target = (targets as { terraform?: unknown } | null | undefined)?.terraform;
  const declared = constraint === undefined ? target : rangeOfConstraint(constraint);
  return typeof declared === "string" && validRange(declared) !== null ? declared : `>=${first}`;
}

/** Whether a range has a version before, or from, the one with which actions became part of their resource in Terraform's graph. */
export function admits(range: string, versions: "before 1.16" | "1.16"): boolean {
  return intersects(range, `${versions === "1.16" ? ">=" : "<"}${FIRST_WITH_ON_FAILURE}`, { includePrerelease: true });
}

/**
 * What is wrong with a version constraint in Terraform's form (`terraform.required_version`, such as `~> 1.14, != 1.14.3`):
 * undefined where every version that it admits is at least `first`.
 */
export function constraintFault(constraint: string, first: string): string | undefined {
  const range = rangeOfConstraint(constraint);
  if (range === undefined) {
    return `required_version "${constraint}" is not a version constraint: write ">= ${first}"`;
  }
  return admitsOnly(range, first)
    ? undefined
    : `required_version "${constraint}" admits Terraform before ${first}: write ">= ${first}"`;
}

/** The same for the form that cdktn's `targetVersions` has: ranges of npm's semver, for Terraform and for OpenTofu. */
export function targetsFault(targets: unknown, first: string): string | undefined {
  if (typeof targets !== "object" || targets === null) {
    // Nothing declared, or nothing that the library would take: it says so itself.
    return undefined;
  }
  const { terraform, opentofu } = targets as Readonly<Record<string, unknown>>;
  if (opentofu !== undefined) {
    return "targetVersions names OpenTofu, which has no actions: leave opentofu out";
  }
  return typeof terraform !== "string" || validRange(terraform) === null || admitsOnly(terraform, first)
    ? undefined
    : `targetVersions.terraform "${terraform}" admits Terraform before ${first}: write ">=${first}"`;
}

/** The same for what `terraform version` prints. An unknown form is no fault: the file that comes out says what it needs. */
export function installedFault(printed: string, first: string): string | undefined {
  const [, product, version = ""] = /^(Terraform|OpenTofu) v(\d+\.\d+\.\d+)/m.exec(printed) ?? [];
  if (product === "OpenTofu") {
    return `the OpenTofu that is installed here (${version}) has no actions: use Terraform ${first} or newer`;
  }
  return product === undefined || admitsOnly(version, first)
    ? undefined
    : `the Terraform that is installed here is ${version}: install ${first} or newer`;
}

function admitsOnly(range: string, first: string): boolean {
  return subset(range, `>=${first}`, { includePrerelease: true });
}

/** https://developer.hashicorp.com/terraform/language/expressions/version-constraints as a range of npm's semver. */
function rangeOfConstraint(constraint: string): string | undefined {
  const parts = constraint.split(",").map((part) => {
    const [, operator = "=", version = ""] =
      /^\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)\s*$/.exec(part) ?? [];
    if (version === "") {
      return undefined;
    }
    if (operator === "!=") {
      // Leaves nothing out that matters: what is too old must be kept out by another part.
      return "*";
    }
    const full = threeParts(version);
    // The last part that is written may grow: ~> 1.14 is any 1.x from there, ~> 1.14.1 any 1.14.x.
    return operator === "~>" ? `${version.split(".").length > 2 ? "~" : "^"}${full}` : `${operator}${full}`;
  });
  return parts.includes(undefined) ? undefined : parts.join(" ");
}

function threeParts(version: string): string {
  const [core = "", ...suffix] = version.split("-");
  const numbers = [...core.split("."), "0", "0"].slice(0, 3).join(".");
  return [numbers, ...suffix].join("-");
}
