/**
 * What Terraform's decoder of JSON configuration accepts of actions and triggers, as its source has it (from 1.14.1 on): bare
 * keywords and references, no member that it does not know. Gives one sentence a fault.
 */
export function actionRuleFaults(configuration: unknown): string[] {
  const { action = {}, resource = {} } = record(configuration);
  return [
    ...blocks(action).flatMap(([type, name, block]) => actionFaults(`action.${type}.${name}`, block)),
    ...blocks(resource).flatMap(([type, name, block]) => triggerFaults(`${type}.${name}`, block, record(action))),
  ];
}

const EVENT = /^(?:before|after)_(?:create|update|destroy)$/;
const REFERENCE =
  /^action\.([A-Za-z_][\w-]*)\.([A-Za-z_][\w-]*)(?:\[(?:\d+|"(?:[^"\\]|\\.)*"|each\.key|count\.index)\])?$/;

function actionFaults(address: string, block: unknown): string[] {
  const { provider, config, count: _count, for_each: _forEach, "//": _comment, ...others } = record(block);
  return [
    ...Object.keys(others).map((name) => `${address}: an action block has no ${name}`),
    ...(provider === undefined || /^[\w-]+(?:\.[\w-]+)?$/.test(String(provider))
      ? []
      : [`${address}: provider ${provider} is not a bare reference`]),
    ...(config === undefined || isRecord(config) ? [] : [`${address}: config is not an object`]),
  ];
}

function triggerFaults(address: string, block: unknown, actions: Record<string, unknown>): string[] {
  const { lifecycle = {} } = record(block);
  const { action_trigger: triggers = [] } = record(lifecycle);
  return (Array.isArray(triggers) ? triggers : [triggers]).flatMap((trigger) => {
    const { events, actions: references, condition, on_failure: onFailure, ...others } = record(trigger);
    const faults = Object.keys(others).map((name) => `an action_trigger has no ${name}`);
    if (!Array.isArray(events) || events.length === 0 || !events.every((event) => EVENT.test(event))) {
      faults.push(`events ${JSON.stringify(events)}`);
    } else if (new Set(events).size < events.length) {
      faults.push(`events twice: ${events}`);
    }
    if (!Array.isArray(references) || references.length === 0) {
      faults.push(`actions ${JSON.stringify(references)}`);
    } else {
      for (const reference of references) {
        const [, type = "", name = ""] = REFERENCE.exec(reference) ?? [];
        if (!isRecord(record(actions[type] ?? {})[name])) {
          faults.push(`${reference} is no reference to an action of this configuration`);
        }
      }
    }
    if (condition !== undefined && typeof condition !== "boolean" && !/^\$\{.*\}$/s.test(String(condition))) {
      faults.push(`condition ${condition} is neither a boolean nor an expression`);
    }
    if (onFailure !== undefined && !["halt", "taint", "continue"].includes(String(onFailure))) {
      faults.push(`on_failure ${onFailure}`);
    }
    return faults.map((fault) => `${address}: ${fault}`);
  });
}

function blocks(kind: unknown): [string, string, unknown][] {
  return Object.entries(record(kind)).flatMap(([type, named]) =>
    Object.entries(record(named)).map(([name, block]): [string, string, unknown] => [type, name, block]),
  );
}

function record(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) {
    throw new Error(`expected an object, got ${JSON.stringify(value)}`);
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
