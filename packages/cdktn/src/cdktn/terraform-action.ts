import {
  type ITerraformIterator,
  TerraformCount,
  TerraformElement,
  TerraformProvider,
  type TerraformStack,
  Token,
} from "cdktn";
import type { Construct } from "constructs";
import { instanceAddress, isIdentifier } from "../action-address.js";
import { isPlain, withOverrides } from "../overrides.js";
import { ActionSupport } from "./action-support.js";

const ACTION = Symbol.for("@pawl/cdktn/TerraformAction");

/** What every action takes besides its configuration. An action has no `dependsOn` and no `lifecycle`. */
export interface TerraformActionMetaArguments {
  /** Whose action it is; default: the provider that the type's first word names, `aws` for `aws_sfn_start_execution`. */
  readonly provider?: TerraformProvider | undefined;
  /** Makes that many instances, `addressAt(0)` and so on. Not together with `forEach`. */
  readonly count?: number | TerraformCount | undefined;
  /** Makes an instance for each item, `addressAt("key")`. Not together with `count`. */
  readonly forEach?: ITerraformIterator | undefined;
}

export interface TerraformActionConfig extends TerraformActionMetaArguments {
  /** The action's type as the provider's documentation names it, such as `aws_lambda_invoke`. */
  readonly terraformActionType: string;
  /**
   * Its arguments and blocks, named as in the provider's documentation (`function_name`): they go into the `config` block as
   * they are, because keys of maps cannot be told from names of arguments.
   */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * An action of any provider (Terraform 1.14.1 or newer). It runs when a trigger says so ({@link triggerOn}) or by
 * `terraform apply -invoke=ADDRESS`.
 *
 *     const warmUp = new TerraformAction(this, "warm-up", {
 *       terraformActionType: "aws_lambda_invoke",
 *       config: { function_name: handler.functionName, payload: "{}" },
 *     });
 *
 * Problems that Terraform would report in other words, or not at all, are reported when the stack is synthesized: a missing
 * provider, HCL output (which drops actions), a project that is made for a Terraform without actions.
 */
export class TerraformAction extends TerraformElement {
  readonly terraformActionType: string;
  provider: TerraformProvider | undefined;
  count: number | TerraformCount | undefined;
  forEach: ITerraformIterator | undefined;
  readonly #config: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, id: string, config: TerraformActionConfig) {
    const { terraformActionType: type, provider, count, forEach } = config;
    super(scope, id, `action.${type}`);
    if (!isIdentifier(type)) {
      throw new Error(`"${type}" is not a type of actions: it is a name such as aws_lambda_invoke`);
    }
    Object.defineProperty(this, ACTION, { value: true });
    this.terraformActionType = type;
    this.provider = provider;
    this.count = count;
    this.forEach = forEach;
    this.#config = config.config ?? {};
    ActionSupport.of(this);
    this.node.addValidation({ validate: () => this.#faults() });
  }

  static isTerraformAction(value: unknown): value is TerraformAction {
    return typeof value === "object" && value !== null && ACTION in value;
  }

  /** `action.TYPE.NAME`, the bare reference that a trigger's `actions` and `-invoke` take. */
  get address(): string {
    // Once somebody has it, the logical id must stay: the libraries watch over that for those who asked for `fqn`.
    void this.fqn;
    return `action.${this.terraformActionType}.${this.friendlyUniqueId}`;
  }

  /** The address of one instance of an action with `count` or `forEach`. @throws Error for an expression, RangeError for a number that is no index */
  addressAt(key: number | string): string {
    if (Token.isUnresolved(key)) {
      throw new Error(
        `${this.node.path}: a reference takes no expression: use addressAtEachKey or addressAtCountIndex`,
      );
    }
    return instanceAddress(this.address, key);
  }

  /** The address of the instance with the same key as the resource's that triggers it: both have `forEach`. */
  get addressAtEachKey(): string {
    return `${this.address}[each.key]`;
  }

  /** The address of the instance with the same index as the resource's that triggers it: both have `count`. */
  get addressAtCountIndex(): string {
    return `${this.address}[count.index]`;
  }

  /** Whether it has instances, so that a trigger must name one. */
  get hasInstances(): boolean {
    return this.count !== undefined || this.forEach !== undefined;
  }

  /** The `config` block, by Terraform's names. For classes of one action to give their own. */
  protected synthesizeConfig(): Readonly<Record<string, unknown>> {
    return this.#config;
  }

  override toTerraform(): object {
    if (this.count !== undefined && this.forEach !== undefined) {
      throw new Error(`${this.node.path} has count and forEach, of which an action takes one`);
    }
    const block = withOverrides(
      {
        provider: this.provider?.fqn,
        count: TerraformCount.isTerraformCount(this.count) ? this.count.toTerraform() : this.count,
        for_each: this.forEach?._getForEachExpression(),
        config: { ...this.synthesizeConfig() },
      },
      this.rawOverrides,
    );
    const comment = isPlain(block["//"]) ? block["//"] : {};
    return {
      action: {
        [this.terraformActionType]: {
          [this.friendlyUniqueId]: { ...block, "//": { ...comment, ...this.constructNodeMetadata } },
        },
      },
    };
  }

  override toHclTerraform(): never {
    return ActionSupport.of(this).toHclTerraform();
  }

  override toMetadata(): object {
    const overrides = Object.keys(this.rawOverrides);
    return overrides.length === 0 ? {} : { overrides: { [`action.${this.terraformActionType}`]: overrides } };
  }

  /** What is wrong with it where its provider is this one. For classes of one action to add to. */
  protected faultsWith(provider: TerraformProvider): string[] {
    const [here, there] = [this.cdktfStack, provider.cdktfStack];
    return here === there ? [] : [`its provider is in stack ${there.node.path}: use one of stack ${here.node.path}`];
  }

  /** The libraries look for missing providers of resources and data sources only. */
  #faults(): string[] {
    const stack = this.cdktfStack;
    const [name = ""] = this.terraformActionType.split("_");
    const provider = this.provider ?? implied(name, stack);
    return provider === undefined
      ? [
          `the action ${this.address} needs the provider "${name}", which stack ${stack.node.path} does not have: add its construct, such as new ${name.charAt(0).toUpperCase()}${name.slice(1)}Provider(…), or give another one as provider`,
        ]
      : this.faultsWith(provider);
  }
}

/** The provider that a type without `provider` belongs to: the one without alias. With aliases only, Terraform makes that one up. */
function implied(name: string, stack: TerraformStack): TerraformProvider | undefined {
  const providers = providersOf(stack).filter((provider) => provider.terraformResourceType === name);
  return providers.find(({ alias }) => alias === undefined) ?? providers[0];
}

function providersOf(stack: TerraformStack): TerraformProvider[] {
  return stack.node.findAll().filter((construct) => TerraformProvider.isTerraformProvider(construct));
}
