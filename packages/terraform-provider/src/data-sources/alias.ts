import { DiagnosticError, error } from "../diagnostic.js";
import type { DataSource } from "../kinds.js";
import { clientOf, regionAttribute, regionOf } from "../resources/region.js";
import { timestamp } from "../resources/timestamp.js";

/** `aws_sfn_alias`: an alias by its name and its state machine. */
export const alias: DataSource = {
  schema: {
    description: "An alias of a state machine, found by its name.",
    attributes: {
      arn: { type: "string", description: "ARN of the alias.", computed: true },
      creation_date: { type: "string", description: "When it was created.", computed: true },
      description: { type: "string", description: "Its description.", optional: true, computed: true },
      id: { type: "string", description: "ARN of the alias.", optional: true, computed: true },
      name: { type: "string", description: "Name of the alias.", required: true },
      region: regionAttribute,
      routing_configuration: {
        type: ["list", ["object", { state_machine_version_arn: "string", weight: "number" }]],
        description: "The versions that it leads to, and how many of 100 starts go to each.",
        computed: true,
      },
      statemachine_arn: { type: "string", description: "ARN of the state machine.", required: true },
    },
  },

  async read({ config, context }) {
    const client = await clientOf(context, config);
    const { DescribeStateMachineAliasCommand } = await context.sdk();
    const stateMachineAliasArn = `${String(config.statemachine_arn)}:${String(config.name)}`;
    let found: Awaited<ReturnType<typeof describe>>;
    const describe = () => client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
    try {
      found = await describe();
    } catch (failure) {
      if (!(failure instanceof Error && ["ResourceNotFound", "StateMachineDoesNotExist"].includes(failure.name))) {
        throw failure;
      }
      throw new DiagnosticError(
        error(
          "No such alias",
          `The state machine ${String(config.statemachine_arn)} has no alias '${String(config.name)}'.`,
          ["name"],
        ),
      );
    }
    return {
      arn: stateMachineAliasArn,
      creation_date: timestamp(found.creationDate),
      description: found.description ?? "",
      id: stateMachineAliasArn,
      name: config.name ?? null,
      region: await regionOf(context, config),
      routing_configuration: (found.routingConfiguration ?? []).map(
        ({ stateMachineVersionArn = null, weight = null }) => ({
          state_machine_version_arn: stateMachineVersionArn,
          weight,
        }),
      ),
      statemachine_arn: config.statemachine_arn ?? null,
    };
  },
};
