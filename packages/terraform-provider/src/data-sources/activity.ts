import { DiagnosticError, error } from "../diagnostic.js";
import type { DataSource } from "../kinds.js";
import { clientOf, regionAttribute, regionOf } from "../resources/region.js";
import { timestamp } from "../resources/timestamp.js";

/** `aws_sfn_activity`: an activity by its name or ARN. */
export const activity: DataSource = {
  schema: {
    description: "An activity, found by its name or its ARN.",
    attributes: {
      arn: { type: "string", description: "ARN of the activity.", optional: true, computed: true },
      creation_date: { type: "string", description: "When it was created.", computed: true },
      id: { type: "string", description: "ARN of the activity.", optional: true, computed: true },
      name: { type: "string", description: "Name of the activity.", optional: true, computed: true },
      region: regionAttribute,
    },
  },

  validate({ arn = null, name = null }) {
    if ((arn === null) !== (name === null)) return [];
    return [error("Either arn or name is needed", "Set exactly one of the two.")];
  },

  async read({ config, context }) {
    const client = await clientOf(context, config);
    const { DescribeActivityCommand, paginateListActivities } = await context.sdk();
    const region = await regionOf(context, config);
    let activityArn = config.arn;
    if (typeof activityArn !== "string") {
      for await (const { activities = [] } of paginateListActivities({ client }, {})) {
        activityArn = activities.find(({ name }) => name === config.name)?.activityArn;
        if (activityArn !== undefined) break;
      }
    }
    if (typeof activityArn !== "string")
      throw none(`There is no activity '${String(config.name)}' in ${region}.`, "name");
    try {
      const found = await client.send(new DescribeActivityCommand({ activityArn }));
      return {
        arn: activityArn,
        creation_date: timestamp(found.creationDate),
        id: activityArn,
        name: found.name ?? "",
        region,
      };
    } catch (failure) {
      if (!(failure instanceof Error) || failure.name !== "ActivityDoesNotExist") throw failure;
      throw none(`There is no activity ${activityArn}.`, "arn");
    }
  },
};

function none(detail: string, attribute: string): DiagnosticError {
  return new DiagnosticError(error("No such activity", detail, [attribute]));
}
