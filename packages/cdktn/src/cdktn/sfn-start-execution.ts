import type { IResolvable, TerraformProvider } from "cdktn";
import type { Construct } from "constructs";
import { TerraformAction, type TerraformActionMetaArguments } from "./terraform-action.js";

/** As bindings name the source, with and without what Terraform adds. */
const HASHICORPS = /^(?:registry\.terraform\.io\/)?(?:hashicorp\/)?aws$/;

export interface SfnStartExecutionConfig extends TerraformActionMetaArguments {
  /**
   * The state machine: its ARN, or that of one of its versions (`…:stateMachine:NAME:3`) or aliases (`…:stateMachine:NAME:PROD`).
   */
  readonly stateMachineArn: string;
  /** The input: a JSON text of at most 256 KB, such as `Fn.jsonencode({ user_id: "12345" })`. Default `{}`. */
  readonly input?: string | undefined;
  /**
   * The execution's name, unique for 90 days: 1 to 80 characters, no white space, brackets or wildcards. Default: a UUID. A STANDARD
   * execution with the name and the input of one that runs is that one; with another input it is refused.
   */
  readonly name?: string | undefined;
  /** Where the state machine is. Default: the provider's region. */
  readonly region?: string | undefined;
  /** The X-Ray trace that the execution belongs to, such as `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1`. */
  readonly traceHeader?: string | undefined;
  /**
   * Whether to wait for the execution's end: one that fails, times out or is stopped then fails the apply. Default false: it is
   * started and forgotten. Pawl's provider only; hashicorp/aws does not know this argument.
   */
  readonly waitForCompletion?: boolean | IResolvable | undefined;
  /** How many seconds to wait at most; the execution goes on after that. Default 1800. Pawl's provider only. */
  readonly timeout?: number | undefined;
  /** How many seconds to leave at most between two looks at the execution. Default 5. Pawl's provider only. */
  readonly pollInterval?: number | undefined;
  /** Whether Ctrl-C stops the execution too, not only the waiting. Default false. Pawl's provider only. */
  readonly stopOnCancel?: boolean | IResolvable | undefined;
}

/**
 * The action `aws_sfn_start_execution`: starts an execution of a state machine of AWS Step Functions, on AWS or on Pawl.
 *
 *     const process = new SfnStartExecution(this, "process", {
 *       stateMachineArn: machine.arn,
 *       input: Fn.jsonencode({ user_id: "12345" }),
 *     });
 *     triggerOn(deployment, { events: ["after_create", "after_update"], actions: [process] });
 *
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/actions/sfn_start_execution
 */
export class SfnStartExecution extends TerraformAction {
  static readonly tfActionType = "aws_sfn_start_execution";

  stateMachineArn: string;
  input: string | undefined;
  name: string | undefined;
  region: string | undefined;
  traceHeader: string | undefined;
  waitForCompletion: boolean | IResolvable | undefined;
  timeout: number | undefined;
  pollInterval: number | undefined;
  stopOnCancel: boolean | IResolvable | undefined;

  constructor(scope: Construct, id: string, config: SfnStartExecutionConfig) {
    const { provider, count, forEach } = config;
    super(scope, id, { terraformActionType: SfnStartExecution.tfActionType, provider, count, forEach });
    this.stateMachineArn = config.stateMachineArn;
    this.input = config.input;
    this.name = config.name;
    this.region = config.region;
    this.traceHeader = config.traceHeader;
    this.waitForCompletion = config.waitForCompletion;
    this.timeout = config.timeout;
    this.pollInterval = config.pollInterval;
    this.stopOnCancel = config.stopOnCancel;
  }

  protected override faultsWith(provider: TerraformProvider): string[] {
    const { waitForCompletion, timeout, pollInterval, stopOnCancel } = this;
    const ours = Object.entries({ waitForCompletion, timeout, pollInterval, stopOnCancel })
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name);
    return [
      ...super.faultsWith(provider),
      ...(ours.length > 0 && HASHICORPS.test(provider.terraformProviderSource ?? "")
        ? [
            `the provider of HashiCorp does not wait for executions: leave ${ours.join(", ")} out, or use Pawl's provider`,
          ]
        : []),
    ];
  }

  protected override synthesizeConfig(): Readonly<Record<string, unknown>> {
    return {
      state_machine_arn: this.stateMachineArn,
      input: this.input,
      name: this.name,
      region: this.region,
      trace_header: this.traceHeader,
      wait_for_completion: this.waitForCompletion,
      timeout: this.timeout,
      poll_interval: this.pollInterval,
      stop_on_cancel: this.stopOnCancel,
    };
  }
}
