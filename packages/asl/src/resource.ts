/** What a Task state calls, parsed from its `Resource`. */
export type Resource = LambdaFunction | ActivityResource | ServiceIntegration;

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]` */
export interface LambdaFunction {
  readonly kind: "lambda";
  readonly arn: string;
}

/** `arn:aws:states:REGION:ACCOUNT:activity:NAME` */
export interface ActivityResource {
  readonly kind: "activity";
  readonly arn: string;
}

/**
 * `arn:aws:states:REGION:ACCOUNT:SERVICE:ACTION[.PATTERN]`, for instance `arn:aws:states:::lambda:invoke.waitForTaskToken`
 * or `arn:aws:states:::aws-sdk:sfn:sendTaskSuccess`.
 */
export interface ServiceIntegration {
  readonly kind: "service";
  readonly arn: string;
  /** `lambda`, `sqs`, `states`, `http`, …; `aws-sdk:sfn` for SDK integrations: the events' `resourceType`. */
  readonly service: string;
  /** `invoke`, `sendMessage`, …, without the pattern. */
  readonly action: string;
  readonly pattern: "" | ".sync" | ".sync:2" | ".waitForTaskToken";
}
