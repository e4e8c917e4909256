import { execFileSync } from "node:child_process";
import { TerraformElement, TerraformStack } from "cdktn";
import type { IConstruct } from "constructs";
import {
  admits,
  admittedVersions,
  constraintFault,
  FIRST_WITH_ACTIONS,
  FIRST_WITH_ON_FAILURE,
  installedFault,
  targetsFault,
} from "../terraform-versions.js";

const ID = "terraform-actions";

/** Where a project has two copies of this package, they share the one of a stack. */
const SUPPORT = Symbol.for("@pawl/cdktn/ActionSupport");

/**
 * What a stack with actions or triggers needs, once: `terraform.required_version`, so that an older Terraform says at once what it
 * lacks, and the checks of what the project says about versions. No construct of it is to be made by hand: {@link of} does.
 */
export class ActionSupport extends TerraformElement {
  #first: string = FIRST_WITH_ACTIONS;

  private constructor(stack: TerraformStack) {
    super(stack, ID);
    Object.defineProperty(this, SUPPORT, { value: true });
    this.node.addValidation({ validate: () => this.#versionFaults(stack) });
  }

  /** The one of the stack that a construct is in. */
  static of(construct: IConstruct): ActionSupport {
    const stack = TerraformStack.of(construct);
    const there = stack.node.tryFindChild(ID);
    return isSupport(there) ? there : new ActionSupport(stack);
  }

  /** Whether the project may be used with such a Terraform. */
  admits(versions: "before 1.16" | "1.16"): boolean {
    const stack = this.cdktfStack;
    const targets: unknown = stack.node.tryGetContext("targetVersions");
    return admits(admittedVersions(requiredVersion(stack), targets, this.#first), versions);
  }

  /** Something in the stack needs the Terraform that came with `on_failure` and the events of destroying. */
  needOnFailure(): void {
    this.#first = FIRST_WITH_ON_FAILURE;
  }

  override toTerraform(): object {
    return { terraform: { required_version: `>= ${this.#first}` } };
  }

  override toHclTerraform(): never {
    throw new Error(
      `Stack ${this.cdktfStack.node.path} has Terraform actions, which HCL output drops without a word: synthesize JSON, that is without --hcl, hclOutput and SYNTH_HCL_OUTPUT`,
    );
  }

  #versionFaults(stack: TerraformStack): string[] {
    const first = this.#first;
    const declared = requiredVersion(stack);
    const targets: unknown = stack.node.tryGetContext("targetVersions");
    const faults = [
      declared === undefined ? undefined : constraintFault(declared, first),
      targetsFault(targets, first),
      // Who says which Terraform is meant need not have it at hand.
      declared === undefined && targets === undefined ? installedFault(installedVersion(), first) : undefined,
    ];
    return faults.filter((fault) => fault !== undefined).map((fault) => `Terraform actions: ${fault}`);
  }
}

function isSupport(construct: object | undefined): construct is ActionSupport {
  return construct !== undefined && SUPPORT in construct;
}

/** What `stack.addOverride("terraform.required_version", …)` has left. The libraries keep it in a private field. */
function requiredVersion(stack: TerraformStack): string | undefined {
  const overrides = Reflect.get(stack, "rawOverrides") as { terraform?: { required_version?: unknown } } | undefined;
  const version = overrides?.terraform?.required_version;
  return typeof version === "string" ? version : undefined;
}

let installed: string | undefined;

/** What `terraform version` prints, asked once; empty where there is none. */
function installedVersion(): string {
  installed ??= askVersion(process.env.TERRAFORM_BINARY_NAME || "terraform");
  return installed;
}

function askVersion(binary: string): string {
  try {
    // Without the checkpoint, which would ask HashiCorp for news.
    const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
    return execFileSync(binary, ["version"], { env, stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 }).toString();
  } catch {
    return "";
  }
}
