import { DiagnosticError, error } from "../diagnostic.js";
import type { DataSource } from "../kinds.js";
import { clientOf, regionAttribute, regionOf } from "../resources/region.js";
import { timestamp } from "../resources/timestamp.js";
import type { Attribute } from "../schema.js";

const computed = (description: string): Attribute => ({ type: "string", description, computed: true });

/** `aws_sfn_state_machine`: a state machine by its name. */
export const stateMachine: DataSource = {
  schema: {
    description: "A state machine, found by its name.",
    attributes: {
      arn: computed("ARN of the state machine."),
      creation_date: computed("When it was created."),
      definition: computed("Its definition in Amazon States Language."),
      description: computed("What the service reports as description: empty for a state machine."),
      id: { type: "string", description: "ARN of the state machine.", optional: true, computed: true },
      name: { type: "string", description: "Name of the state machine.", required: true },
      region: regionAttribute,
      revision_id: computed("Id of the current revision: empty for the first one."),
      role_arn: computed("ARN of the IAM role that executions run with."),
      status: computed("`ACTIVE` or `DELETING`."),
    },
  },

  async read({ config, context }) {
    const client = await clientOf(context, config);
    const { DescribeStateMachineCommand, paginateListStateMachines } = await context.sdk();
    let stateMachineArn: string | undefined;
    // The ARN cannot be put together of the name: it holds the account's number.
    for await (const { stateMachines = [] } of paginateListStateMachines({ client }, {})) {
      stateMachineArn = stateMachines.find(({ name }) => name === config.name)?.stateMachineArn;
      if (stateMachineArn !== undefined) break;
    }
    const region = await regionOf(context, config);
    if (stateMachineArn === undefined) {
      throw new DiagnosticError(
        error("No such state machine", `There is no state machine '${String(config.name)}' in ${region}.`, ["name"]),
      );
    }
    const found = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return {
      arn: stateMachineArn,
      creation_date: timestamp(found.creationDate),
      definition: found.definition ?? "",
      description: found.description ?? "",
      id: stateMachineArn,
      name: found.name ?? "",
      region,
      revision_id: found.revisionId ?? "",
      role_arn: found.roleArn ?? "",
      status: found.status ?? "ACTIVE",
    };
  },
};
