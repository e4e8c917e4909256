/** When a trigger runs its actions. The two of destroying need Terraform 1.16. */
export const TRIGGER_EVENTS = [
  "before_create",
  "after_create",
  "before_update",
  "after_update",
  "before_destroy",
  "after_destroy",
] as const;

export type TriggerEvent = (typeof TRIGGER_EVENTS)[number];

/** What becomes of the resource when an action of a trigger fails. Needs Terraform 1.16; without it, `halt`. */
export const FAILURE_MODES = ["halt", "taint", "continue"] as const;

export type FailureMode = (typeof FAILURE_MODES)[number];

/** What is wrong with a list of events, one sentence a fault. Takes any value: JavaScript has no types to keep it out. */
export function eventFaults(events: unknown): string[] {
  if (!Array.isArray(events)) {
    return [`events is ${shown(events)}, not a list`];
  }
  if (events.length === 0) {
    return [`events is empty: name at least one of ${TRIGGER_EVENTS.join(", ")}`];
  }
  const wrong = events
    .filter((event) => !isOneOf(TRIGGER_EVENTS, event))
    .map((event) => {
      const meant = TRIGGER_EVENTS.find((name) => plain(name) === plain(String(event)));
      const hint = meant === undefined ? `the events are ${TRIGGER_EVENTS.join(", ")}` : `write "${meant}"`;
      return `${shown(event)} is not an event: ${hint}`;
    });
  const twice = [...new Set(events.filter((event, index) => events.indexOf(event) !== index))];
  return [...wrong, ...twice.map((event) => `${shown(event)} stands twice in events, which Terraform refuses`)];
}

/** What is wrong with `onFailure`; undefined where nothing is. */
export function failureModeFault(mode: unknown): string | undefined {
  return mode === undefined || isOneOf(FAILURE_MODES, mode)
    ? undefined
    : `${shown(mode)} is not a value of onFailure: ${FAILURE_MODES.join(", ")}`;
}

function isOneOf<T>(values: readonly T[], value: unknown): value is T {
  return (values as readonly unknown[]).includes(value);
}

/** `${before_create}`, `beforeCreate` and `BEFORE_CREATE` are one word, misspelt. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, "");
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
