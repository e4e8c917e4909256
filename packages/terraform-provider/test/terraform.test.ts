import {
  CreateActivityCommand,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { pass, serveEngine, stateMachineArn } from "../../server/test/served-engine.js";
import { roleArn } from "./one-resource.js";
import { source, terraformIsAtLeast, terraformVersion, workspace } from "./terraform.js";

const arn = stateMachineArn("orders");

function machine(definition: string, more = ""): string {
  return `
    resource "aws_sfn_state_machine" "orders" {
      name       = "orders"
      role_arn   = "${roleArn}"
      definition = ${definition}
      ${more}
    }
  `;
}

const one = 'jsonencode({ StartAt = "A", States = { A = { Type = "Pass", Result = "one", End = true } } })';
const two = one.replace('"one"', '"two"');

async function served(settings = "") {
  const { client, server } = await serveEngine();
  const folder = await workspace(server.url, settings);
  return { client, folder };
}

describe.skipIf(terraformVersion === undefined)(
  `terraform ${terraformVersion ?? "(not on PATH)"}`,
  { timeout: 600_000 },
  () => {
    it("takes a state machine through its life", async () => {
      const { client, folder } = await served();
      await folder.write("main.tf", machine(one));
      await folder.do("init");
      await folder.do("validate");
      await folder.apply();
      await folder.settled();
      expect(await folder.state("aws_sfn_state_machine.orders")).toMatchObject({ id: arn, region: "us-east-1" });

      // The same JSON in another form.
      const other =
        '<<-JSON\n{ "States": { "A": { "End": true, "Type": "Pass", "Result": "one" } }, "StartAt": "A" }\nJSON\n';
      await folder.write("main.tf", machine(other));
      await folder.settled();

      await folder.write("main.tf", machine(two, 'publish = true\n tags = { a = "b" }'));
      expect(await folder.changes()).toEqual(["aws_sfn_state_machine.orders: update"]);
      await folder.apply();
      await folder.settled();
      expect(await folder.state("aws_sfn_state_machine.orders")).toMatchObject({
        state_machine_version_arn: `${arn}:1`,
        version_number: 1,
        tags: { a: "b" },
      });

      await client.send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition: pass("theirs") }));
      expect(await folder.changes()).toEqual(["aws_sfn_state_machine.orders: update"]);
      await folder.apply();
      const { definition = "" } = await client.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
      expect(JSON.parse(definition)).toMatchObject({ States: { A: { Result: "two" } } });

      await folder.do("state", "rm", "aws_sfn_state_machine.orders");
      await folder.do("import", "aws_sfn_state_machine.orders", arn);
      await folder.apply();
      await folder.settled();

      await client.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
      expect(await folder.changes()).toEqual(["aws_sfn_state_machine.orders: create"]);
      await folder.apply();
      await folder.do("destroy", "-auto-approve");
      expect((await client.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([]);
    });

    it("plans with values that are not known yet", async () => {
      const { client, folder } = await served();
      const config = (result: string, type = "STANDARD") => `
      resource "terraform_data" "result" {
        input = "${result}"
      }
      ${machine(one.replace('"one"', "terraform_data.result.output"), `publish = true\n type = "${type}"`)}
      resource "aws_sfn_alias" "prod" {
        name = "PROD"
        routing_configuration {
          state_machine_version_arn = aws_sfn_state_machine.orders.state_machine_version_arn
          weight                    = 100
        }
      }
      resource "aws_sfn_activity" "approve" {
        name = "approve-\${aws_sfn_state_machine.orders.version_number}"
      }
      data "aws_sfn_state_machine" "orders" {
        name = aws_sfn_state_machine.orders.name
        depends_on = [aws_sfn_alias.prod]
      }
      data "aws_sfn_alias" "prod" {
        name = aws_sfn_alias.prod.name
        statemachine_arn = aws_sfn_state_machine.orders.arn
      }
      data "aws_sfn_activity" "approve" {
        arn = aws_sfn_activity.approve.arn
      }
      data "aws_sfn_state_machine_versions" "orders" {
        statemachine_arn = data.aws_sfn_state_machine.orders.arn
      }
      output "versions" { value = data.aws_sfn_state_machine_versions.orders.statemachine_versions }
      output "alias" { value = data.aws_sfn_alias.prod.routing_configuration }
      output "activity" { value = data.aws_sfn_activity.approve.name }
    `;
      await folder.write("main.tf", config("one"));
      await folder.do("init");
      await folder.apply();
      await folder.settled();
      expect(await folder.outputs()).toEqual({
        versions: [`${arn}:1`],
        alias: [{ state_machine_version_arn: `${arn}:1`, weight: 100 }],
        activity: "approve-1",
      });

      await folder.write("main.tf", config("two"));
      expect(await folder.changes()).toEqual([
        "aws_sfn_activity.approve: delete+create",
        "aws_sfn_alias.prod: update",
        "aws_sfn_state_machine.orders: update",
        "terraform_data.result: update",
      ]);
      await folder.apply();
      await folder.settled();
      expect((await folder.outputs()).versions).toEqual([`${arn}:2`, `${arn}:1`]);

      // The machine is replaced, and its alias goes with it: one run makes both anew.
      await folder.write("main.tf", config("two", "EXPRESS"));
      await folder.apply();
      await folder.settled();
      expect((await client.send(new DescribeStateMachineCommand({ stateMachineArn: arn }))).type).toBe("EXPRESS");
      expect(await folder.state("aws_sfn_alias.prod")).toMatchObject({
        routing_configuration: [{ state_machine_version_arn: `${arn}:1`, weight: 100 }],
      });
      await folder.do("destroy", "-auto-approve");
    });

    it("takes an alias along when its state machine gets another name", async () => {
      const { folder } = await served();
      const config = (name: string) => `
        ${machine(one, "publish = true").replace('"orders"\n', `"${name}"\n`)}
        resource "aws_sfn_alias" "left" {
          name = "LEFT"
          routing_configuration {
            state_machine_version_arn = aws_sfn_state_machine.orders.state_machine_version_arn
            weight                    = 100
          }
        }
        resource "aws_sfn_alias" "told" {
          name = "TOLD"
          routing_configuration {
            state_machine_version_arn = aws_sfn_state_machine.orders.state_machine_version_arn
            weight                    = 100
          }
          lifecycle {
            replace_triggered_by = [aws_sfn_state_machine.orders.id]
          }
        }
        output "told" { value = aws_sfn_alias.told.arn }
      `;
      await folder.write("main.tf", config("first"));
      await folder.do("init");
      await folder.apply();
      await folder.write("main.tf", config("second"));
      expect(await folder.changes()).toEqual([
        "aws_sfn_alias.left: update",
        "aws_sfn_alias.told: delete+create",
        "aws_sfn_state_machine.orders: delete+create",
      ]);
      await folder.apply();
      expect(await folder.outputs()).toEqual({ told: `${stateMachineArn("second")}:TOLD` });
      expect(await folder.state("aws_sfn_alias.left")).toMatchObject({ arn: `${stateMachineArn("second")}:LEFT` });
      await folder.settled();
    });

    it("refuses a wrong definition in validate and in plan", async () => {
      const { folder } = await served();
      await folder.write("main.tf", machine(one.replace("End = true", 'Next = "B"')));
      await folder.do("init");
      const validated = await folder.run("validate", "-json");
      const { diagnostics } = JSON.parse(validated.stdout) as { diagnostics: readonly unknown[] };
      expect(diagnostics).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            severity: "error",
            summary: "Invalid state machine definition: MISSING_TRANSITION_TARGET",
            detail: expect.stringContaining("/States/A/Next"),
            range: expect.objectContaining({ filename: "main.tf" }),
          }),
        ]),
      );
      expect((await folder.run("plan")).code).toBe(1);

      // Known only when something else is there.
      await folder.write(
        "main.tf",
        `resource "terraform_data" "next" {
        input = "B"
      }
      ${machine(one.replace("End = true", "Next = terraform_data.next.output"))}`,
      );
      expect((await folder.run("plan", "-no-color")).code).toBe(0);
      const applied = await folder.run("apply", "-auto-approve", "-no-color");
      expect(applied.code).toBe(1);
      expect(applied.stderr).toContain("MISSING_TRANSITION_TARGET");
    });

    it("says what to do about a name that is taken, and keeps what was made beside it", async () => {
      const { client, folder } = await served();
      await client.send(new CreateStateMachineCommand({ name: "orders", definition: pass("theirs"), roleArn }));
      await folder.write("main.tf", `${machine(one)}\nresource "aws_sfn_activity" "approve" {\n name = "approve"\n}\n`);
      await folder.do("init");
      const applied = await folder.run("apply", "-auto-approve", "-no-color");
      expect(applied.code).toBe(1);
      expect(applied.stderr).toMatch(/There is one of this name already.*terraform\s+import/s);
      expect(await folder.changes()).toEqual(["aws_sfn_state_machine.orders: create"]);
      await folder.do("import", "aws_sfn_state_machine.orders", arn);
      await folder.apply();
      await folder.settled();
    });

    it("sets the provider's tags", async () => {
      const { client, folder } = await served('default_tags {\n tags = { team = "a", stage = "dev" }\n }');
      await folder.write("main.tf", machine(one, 'tags = { stage = "test", empty = "" }'));
      await folder.do("init");
      await folder.apply();
      await folder.settled();
      const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn: arn }));
      expect(Object.fromEntries(tags.map(({ key, value }) => [key, value]))).toEqual({
        team: "a",
        stage: "test",
        empty: "",
      });
      await folder.write("main.tf", machine(one, "tags = {}"));
      await folder.apply();
      await folder.settled();
      await folder.write("main.tf", machine(one));
      await folder.settled();
    });

    it.each([6, 5])("takes over a state of the AWS provider %i without a change", async (major) => {
      const { client, folder } = await served();
      const definition = pass("one");
      await client.send(new CreateStateMachineCommand({ name: "orders", definition, roleArn, publish: true }));
      const routingConfiguration = [{ stateMachineVersionArn: `${arn}:1`, weight: 100 }];
      await client.send(new CreateStateMachineAliasCommand({ name: "PROD", routingConfiguration }));
      const { activityArn = "", creationDate } = await client.send(new CreateActivityCommand({ name: "approve" }));
      const date = `${creationDate?.toISOString().slice(0, 19)}Z`;
      const encryption = [{ kms_data_key_reuse_period_seconds: 0, kms_key_id: "", type: "AWS_OWNED_KEY" }];
      const resource = (type: string, name: string, { region, ...others }: Readonly<Record<string, unknown>>) => ({
        mode: "managed",
        type,
        name,
        provider: 'provider["registry.terraform.io/hashicorp/aws"]',
        instances: [
          {
            schema_version: 0,
            // Version 5 has neither regions of resources nor identities.
            attributes: major === 5 ? others : { ...others, region },
            ...(major === 5 ? {} : { identity_schema_version: 0, identity: { arn: others.arn } }),
            sensitive_attributes: [],
            // Timeouts, as Terraform's older SDK keeps them.
            private: Buffer.from(JSON.stringify({ schema_version: "0" })).toString("base64"),
          },
        ],
      });
      await folder.write(
        "terraform.tfstate",
        JSON.stringify({
          version: 4,
          terraform_version: "1.5.0",
          serial: 1,
          lineage: "3f8c6c1a-7a3e-4f0c-9a53-000000000000",
          outputs: {},
          resources: [
            resource("aws_sfn_state_machine", "orders", {
              arn,
              creation_date: date,
              definition,
              description: "",
              encryption_configuration: encryption,
              id: arn,
              logging_configuration: [{ include_execution_data: false, level: "OFF", log_destination: "" }],
              name: "orders",
              name_prefix: "",
              publish: true,
              region: "us-east-1",
              revision_id: "",
              role_arn: roleArn,
              state_machine_version_arn: `${arn}:1`,
              status: "ACTIVE",
              tags: {},
              tags_all: {},
              timeouts: null,
              tracing_configuration: [{ enabled: false }],
              type: "STANDARD",
              version_description: null,
            }),
            resource("aws_sfn_alias", "prod", {
              arn: `${arn}:PROD`,
              creation_date: date,
              description: "",
              id: `${arn}:PROD`,
              name: "PROD",
              region: "us-east-1",
              routing_configuration: [{ state_machine_version_arn: `${arn}:1`, weight: 100 }],
              timeouts: null,
            }),
            resource("aws_sfn_activity", "approve", {
              arn: activityArn,
              creation_date: date,
              encryption_configuration: encryption,
              id: activityArn,
              name: "approve",
              region: "us-east-1",
              tags: null,
              tags_all: {},
            }),
          ],
        }),
      );
      await folder.write(
        "main.tf",
        `${machine(`jsonencode(${definition})`, "publish = true")}
      resource "aws_sfn_alias" "prod" {
        name = "PROD"
        routing_configuration {
          state_machine_version_arn = aws_sfn_state_machine.orders.state_machine_version_arn
          weight                    = 100
        }
      }
      resource "aws_sfn_activity" "approve" {
        name = "approve"
      }`,
      );
      await folder.do("state", "replace-provider", "-auto-approve", "hashicorp/aws", source);
      await folder.do("init");
      await folder.settled();
      await folder.write("more.tf", 'output "number" { value = aws_sfn_state_machine.orders.version_number }');
      await folder.apply();
      expect(await folder.outputs()).toEqual({ number: 1 });
    });

    it.skipIf(!terraformIsAtLeast("1.12"))("imports by identity, which Terraform has from 1.12 on", async () => {
      const { client, folder } = await served();
      await client.send(
        new CreateStateMachineCommand({ name: "orders", definition: pass("one"), roleArn, publish: true }),
      );
      const routingConfiguration = [{ stateMachineVersionArn: `${arn}:1`, weight: 100 }];
      await client.send(new CreateStateMachineAliasCommand({ name: "PROD", routingConfiguration }));
      await client.send(new CreateActivityCommand({ name: "approve" }));
      const imported = (to: string, identity: string) => `import {
        to = ${to}
        identity = { arn = "${identity}" }
      }
      `;
      await folder.write(
        "main.tf",
        imported("aws_sfn_state_machine.orders", arn) +
          imported("aws_sfn_alias.prod", `${arn}:PROD`) +
          imported("aws_sfn_activity.approve", "arn:aws:states:us-east-1:123456789012:activity:approve"),
      );
      await folder.do("init");
      await folder.do("plan", "-generate-config-out=generated.tf");
      await folder.apply();
      await folder.settled();
      const { resources } = JSON.parse(await folder.read("terraform.tfstate")) as {
        readonly resources: readonly { type: string; instances: readonly { identity?: unknown }[] }[];
      };
      expect(resources.map(({ type, instances }) => [type, instances[0]?.identity])).toEqual([
        ["aws_sfn_activity", { arn: "arn:aws:states:us-east-1:123456789012:activity:approve" }],
        ["aws_sfn_alias", { arn: `${arn}:PROD` }],
        ["aws_sfn_state_machine", { arn }],
      ]);
    });
  },
);
