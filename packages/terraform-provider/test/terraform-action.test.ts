import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { describe, expect, test } from "vitest";
import { serveEngine, stateMachineArn } from "../../server/test/served-engine.js";
import { hasActions, workspace } from "./terraform.js";

// The SDK's word about coming Node versions belongs to no test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const machine = (definition: string) => `
resource "aws_sfn_state_machine" "orders" {
  name       = "orders"
  role_arn   = "arn:aws:iam::123456789012:role/orders"
  definition = jsonencode(${definition})
}
`;

const WORKS = `{ StartAt = "Ship", States = { Ship = { Type = "Pass", End = true } } }`;
const FAILS = `{ StartAt = "Ship", States = { Ship = { Type = "Fail", Error = "Lost", Cause = "at sea" } } }`;

const action = (more = "") => `
action "aws_sfn_start_execution" "ship" {
  config {
    state_machine_arn = aws_sfn_state_machine.orders.arn
    input             = jsonencode({ id = 12345678901234567890 })
    ${more}
  }
}

resource "terraform_data" "order" {
  input = aws_sfn_state_machine.orders.revision_id
  lifecycle {
    action_trigger {
      events  = [before_create, after_update]
      actions = [action.aws_sfn_start_execution.ship]
    }
  }
}
`;

/** The action under real Terraform. */
describe.skipIf(!hasActions)("aws_sfn_start_execution under terraform", { timeout: 240_000 }, () => {
  test("runs a workflow during apply and waits for it; a second apply does nothing; -invoke runs it again", async () => {
    const { client, server } = await serveEngine();
    const space = await workspace(server.url);
    await space.write("main.tf", machine(WORKS) + action("wait_for_completion = true"));
    await space.do("init", "-no-color");
    const told = await space.apply();
    expect(told).toContain("Actions: 1 to invoke.");
    expect(told).toMatch(/Action started: action.aws_sfn_start_execution.ship/);
    expect(told).toMatch(/Entered state Ship \(Pass\)/);
    expect(told).toMatch(/Execution succeeded after \d+ s/);
    expect(told).toContain("Action complete: action.aws_sfn_start_execution.ship");

    expect(await space.apply()).toContain("No changes.");
    await space.apply("-invoke=action.aws_sfn_start_execution.ship");
    const { executions = [] } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachineArn("orders") }),
    );
    expect(executions.map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
  });

  test("a failed execution fails the apply", async () => {
    const { server } = await serveEngine();
    const space = await workspace(server.url);
    await space.write("main.tf", machine(FAILS) + action("wait_for_completion = true"));
    await space.do("init", "-no-color");
    const { code, stderr } = await space.run("apply", "-auto-approve", "-no-color");
    expect(code).toBe(1);
    const text = stderr.replace(/\s+/g, " ");
    expect(text).toContain("Execution failed in state Ship: Error: Lost Cause: at sea");
  });

  test("what is wrong fails validate, at its attribute", async () => {
    const { server } = await serveEngine();
    const space = await workspace(server.url);
    await space.write("main.tf", machine(WORKS) + action('name = "a b"'));
    await space.do("init", "-no-color");
    const { code, stdout } = await space.run("validate", "-json");
    expect(code).toBe(1);
    const { diagnostics } = JSON.parse(stdout);
    expect(diagnostics).toMatchObject([{ severity: "error", summary: "Invalid name of an execution" }]);
    expect(diagnostics[0].snippet.code).toContain('name = "a b"');
  });
});
