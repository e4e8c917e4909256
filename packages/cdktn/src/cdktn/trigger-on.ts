import { Annotations, type IResolvable, TerraformResource, type TerraformStack, Token } from "cdktn";
import { addressFault, blockAddress } from "../action-address.js";
import { isPlain } from "../overrides.js";
import { eventFaults, type FailureMode, failureModeFault, type TriggerEvent } from "../trigger-events.js";
import { ActionSupport } from "./action-support.js";
import { renderedText } from "./rendered-text.js";
import { TerraformAction } from "./terraform-action.js";

export interface ActionTrigger {
  /**
   * When: `before_create`, `after_create`, `before_update`, `after_update`. A replacement counts as a creation. `before_destroy` and
   * `after_destroy` need Terraform 1.16.
   */
  readonly events: readonly TriggerEvent[];
  /** What, one after the other: actions of the same stack, or addresses (`action.addressAt("eu")`). The first failure ends the list. */
  readonly actions: readonly (TerraformAction | string)[];
  /**
   * Only if: a boolean or an expression. Terraform 1.14 and 1.15 must know it in the plan, and before an event it may refer neither to
   * the resource itself nor to `count` and `each`.
   */
  readonly condition?: boolean | string | IResolvable | undefined;
  /** What a failure does to the resource: `halt` (default), `taint`, `continue`. Needs Terraform 1.16. */
  readonly onFailure?: FailureMode | undefined;
}

/**
 * Makes events of a resource run actions: one more `action_trigger` in its `lifecycle`, behind those that are there.
 *
 *     triggerOn(deployment, { events: ["after_create", "after_update"], actions: [process] });
 *
 * @throws Error for events that do not exist or stand twice, no events, no actions, an action of another stack, a reference
 * that Terraform would not take, a data source in the place of the resource
 */
export function triggerOn(resource: TerraformResource, trigger: ActionTrigger): void {
  if (!TerraformResource.isTerraformResource(resource)) {
    throw new Error("triggerOn: only resources have triggers, not data sources, providers and other constructs");
  }
  const { events, actions, condition, onFailure } = trigger;
  const faults = [
    ...eventFaults(events),
    ...actionFaults(actions, resource),
    ...[failureModeFault(onFailure), conditionFault(condition)].filter((fault) => fault !== undefined),
  ];
  if (faults.length > 0) {
    throw new Error(`triggerOn ${resource.node.path}: ${faults.join("; ")}`);
  }

  const support = ActionSupport.of(resource);
  if (onFailure !== undefined || events.some((event) => event.endsWith("_destroy"))) {
    support.needOnFailure();
  }
  resource.node.addValidation({ validate: () => faultsAtSynth(resource, trigger) });
  // An override is the only way to lifecycle arguments that the libraries do not know. It replaces: what is there comes first.
  resource.addOverride("lifecycle.action_trigger", [
    ...triggersOf(resource),
    { events: [...events], condition, on_failure: onFailure, actions: actions.map(addressOf) },
  ]);
}

function triggersOf(resource: TerraformResource): readonly unknown[] {
  const { lifecycle } = Reflect.get(resource, "rawOverrides") as { lifecycle?: unknown };
  if (lifecycle === undefined) {
    return [];
  }
  if (!isPlain(lifecycle)) {
    throw new Error(`triggerOn ${resource.node.path}: its lifecycle is overridden as a whole; override its arguments`);
  }
  const { action_trigger: triggers } = lifecycle;
  return triggers === undefined ? [] : Array.isArray(triggers) ? triggers : [triggers];
}

function addressOf(action: TerraformAction | string): string {
  return typeof action === "string" ? action : action.address;
}

function actionFaults(actions: readonly (TerraformAction | string)[], resource: TerraformResource): string[] {
  if (!Array.isArray(actions)) {
    return ["actions is not a list"];
  }
  if (actions.length === 0) {
    return ["actions is empty: give at least one"];
  }
  return actions.flatMap((action) => {
    if (typeof action === "string") {
      return addressFault(action, Token.isUnresolved(action)) ?? [];
    }
    if (!TerraformAction.isTerraformAction(action)) {
      return "what is in actions must be a TerraformAction or the address of one";
    }
    const [here, there] = [resource.cdktfStack, action.cdktfStack];
    return here === there
      ? []
      : `the action ${action.node.path} belongs to stack ${there.node.path}, and a trigger runs those of its own stack only: ${here.node.path}`;
  });
}

function conditionFault(condition: ActionTrigger["condition"]): string | undefined {
  return typeof condition === "string" && !Token.isUnresolved(condition) && !condition.includes("${")
    ? `the condition "${condition}" is a text: give a boolean or an expression in \${ }`
    : undefined;
}

/** What can be seen only when everything is there. */
function faultsAtSynth(resource: TerraformResource, { events, actions, condition }: ActionTrigger): string[] {
  const own = `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
  return [
    ...conditionFaults(renderedText(condition, resource), own, events, ActionSupport.of(resource)),
    ...actions.flatMap((action) => referenceFaults(action, own, events, resource)),
  ];
}

/**
 * Before 1.16, Terraform checks a condition beside the resource, which it must not depend on for an event before it; from then on inside
 * of it, where `self` is the resource.
 */
function conditionFaults(
  condition: string,
  own: string,
  events: readonly TriggerEvent[],
  support: ActionSupport,
): string[] {
  const before = events.filter((event) => event.startsWith("before_"));
  const needs = 'needs Terraform 1.16: set terraform.required_version to ">= 1.16.0"';
  const old = support.admits("before 1.16");
  const faults: string[] = [];
  if (old && /\bself\./.test(condition)) {
    faults.push(`self in the condition of a trigger ${needs}`);
  }
  if (old && before.length > 0 && /\b(?:count\.index|each\.(?:key|value))\b/.test(condition)) {
    faults.push(`count or each in the condition of a trigger with ${before.join(", ")} ${needs}`);
  }
  if (refersTo(condition, own) && (before.length > 0 || support.admits("1.16"))) {
    faults.push(
      `the condition of a trigger refers to its own resource ${own}: ${old ? "before Terraform 1.16 that works after events only, from then on " : ""}it is called self`,
    );
  }
  return faults;
}

function referenceFaults(
  item: TerraformAction | string,
  own: string,
  events: readonly TriggerEvent[],
  resource: TerraformResource,
): string[] {
  const stack = resource.cdktfStack;
  const support = ActionSupport.of(resource);
  const address = addressOf(item);
  const block = blockAddress(address) ?? address;
  const action = typeof item === "string" ? actionsOf(stack).find((one) => one.address === block) : item;
  if (action === undefined) {
    return isOverridden(stack, block) ? [] : [`stack ${stack.node.path} has no action ${block}`];
  }
  const config = renderedText(action.toTerraform(), action);
  const faults: string[] = [];
  if (action.hasInstances && address === block) {
    faults.push(`the action ${block} has instances: name one, as ${block}.addressAt(…) gives it`);
  }
  if (support.admits("before 1.16") && /\$\{[^}]*\bcaller[.[]/.test(config)) {
    faults.push(
      `caller in the action ${block} needs Terraform 1.16: set terraform.required_version to ">= 1.16.0", or refer to ${own}`,
    );
  }
  if (refersTo(config, own)) {
    const early = events.filter((event) => event === "before_create" || event === "before_update");
    if (early.includes("before_create") || (early.length > 0 && support.admits("before 1.16"))) {
      faults.push(
        `the action ${block} refers to ${own} and runs ${early.join(", ")} of it, a cycle: use after_ events or another resource for the trigger`,
      );
    } else if (support.admits("1.16")) {
      warnOfLaterCycle(resource, block, own);
    }
  }
  return faults;
}

const warned = new WeakMap<TerraformResource, Set<string>>();

/**
 * Terraform 1.16.0 lets an action refer to the resource that runs it only in those applies that run it: with after_create alone, every
 * update of the resource then ends with "action reference cycle".
 */
function warnOfLaterCycle(resource: TerraformResource, block: string, own: string): void {
  const events = triggersOf(resource).flatMap((trigger) => {
    const { events = [], actions = [] } = trigger as { events?: readonly string[]; actions?: readonly string[] };
    return actions.some((action) => blockAddress(action) === block) ? events : [];
  });
  const before = warned.get(resource) ?? new Set();
  if ((events.includes("after_create") && events.includes("after_update")) || before.has(block)) {
    return;
  }
  warned.set(resource, before.add(block));
  Annotations.of(resource).addWarning(
    `the action ${block} refers to ${own}, which runs it on ${events.join(", ")} only: Terraform 1.16 refuses the changes of ${own} that do not run it ("action reference cycle"). Add after_create and after_update, or use another resource for the trigger, such as terraform_data`,
  );
}

function actionsOf(stack: TerraformStack): TerraformAction[] {
  return stack.node.findAll().filter((construct) => TerraformAction.isTerraformAction(construct));
}

/** Whether `stack.addOverride("action.TYPE.NAME", …)` has made the action. */
function isOverridden(stack: TerraformStack, address: string): boolean {
  let value: unknown = Reflect.get(stack, "rawOverrides");
  for (const name of address.split(".")) {
    value = isPlain(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value !== undefined;
}

/** Whether an expression in a JSON text names a resource: `aws_sfn_activity.work`, not `aws_sfn_activity.work-2`. */
function refersTo(text: string, resource: string): boolean {
  for (let at = text.indexOf(resource); at >= 0; at = text.indexOf(resource, at + 1)) {
    const [before = "", after = ""] = [text[at - 1], text[at + resource.length]];
    if (!/[\w.-]/.test(before) && !/[\w-]/.test(after)) {
      return true;
    }
  }
  return false;
}
