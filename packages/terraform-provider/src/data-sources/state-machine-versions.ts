import { error } from "../diagnostic.js";
import type { DataSource } from "../kinds.js";
import { isArn } from "../resources/arn.js";
import { clientOf, regionAttribute, regionOf } from "../resources/region.js";

/** `aws_sfn_state_machine_versions`: the versions of a state machine. */
export const stateMachineVersions: DataSource = {
  schema: {
    description: "The versions of a state machine.",
    attributes: {
      id: { type: "string", description: "ARN of the state machine.", optional: true, computed: true },
      region: regionAttribute,
      statemachine_arn: { type: "string", description: "ARN of the state machine.", required: true },
      statemachine_versions: {
        type: ["list", "string"],
        description: "ARNs of its versions, the latest first.",
        computed: true,
      },
    },
  },

  validate({ statemachine_arn: arn }) {
    if (typeof arn !== "string" || isArn(arn)) return [];
    return [
      error(
        "Not an ARN",
        `'${arn}' is not an ARN. A state machine's looks like arn:aws:states:us-east-1:123456789012:stateMachine:NAME`,
        ["statemachine_arn"],
      ),
    ];
  },

  async read({ config, context }) {
    const client = await clientOf(context, config);
    const { ListStateMachineVersionsCommand } = await context.sdk();
    const stateMachineArn = String(config.statemachine_arn);
    const versions: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new ListStateMachineVersionsCommand({ stateMachineArn, ...(nextToken !== undefined && { nextToken }) }),
      );
      versions.push(
        ...(page.stateMachineVersions ?? []).map(({ stateMachineVersionArn = "" }) => stateMachineVersionArn),
      );
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return {
      id: stateMachineArn,
      region: await regionOf(context, config),
      statemachine_arn: stateMachineArn,
      statemachine_versions: versions,
    };
  },
};
