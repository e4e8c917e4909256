import { type Diagnostic, error } from "../diagnostic.js";
import type { NestedBlock } from "../schema.js";
import type { Fields } from "../value.js";
import { parseDuration } from "./duration.js";

export type Operation = "create" | "update" | "delete";

/** How long operations may take: milliseconds where the configuration does not say. */
export type Timeouts = Readonly<Record<Operation, number>>;

/** The `timeouts` block. */
export function timeoutsBlock(defaults: Timeouts): NestedBlock {
  const attribute = (operation: Operation) => ({
    type: "string" as const,
    description: `How long to ${operation} may take, such as \`30s\` or \`1h30m\`. Default: \`${defaults[operation] / 60_000}m\`.`,
    optional: true as const,
  });
  return {
    description: "How long operations may take.",
    nesting: "single",
    attributes: { create: attribute("create"), delete: attribute("delete"), update: attribute("update") },
  };
}

/** How long an operation may take, in milliseconds, after a resource's configuration. */
export function timeoutOf({ timeouts }: Fields, operation: Operation, defaults: Timeouts): number {
  const configured = (timeouts as Fields | null | undefined)?.[operation];
  return (typeof configured === "string" ? parseDuration(configured) : undefined) ?? defaults[operation];
}

export function timeoutFaults({ timeouts }: Fields): readonly Diagnostic[] {
  if (typeof timeouts !== "object" || timeouts === null) return [];
  return Object.entries(timeouts).flatMap(([operation, text]) =>
    typeof text === "string" && parseDuration(text) === undefined
      ? [
          error("Not a duration", `'${text}' is not a duration. Write for instance 30s, 5m or 1h30m.`, [
            "timeouts",
            operation,
          ]),
        ]
      : [],
  );
}
