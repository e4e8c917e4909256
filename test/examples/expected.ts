import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const HCL = join(root, "examples/terraform");
export const CDKTN = join(root, "examples/cdktn");

/** What an example makes and starts: the HCL and the TypeScript of it must both come to this. */
export interface Expected {
  readonly folder: string;
  /** The state machines by name, and the files of their definitions. */
  readonly machines: Readonly<Record<string, string>>;
  /** Which of them is started: `NAME`, or `NAME:QUALIFIER` for a version or an alias. */
  readonly starts: string;
  readonly events: readonly string[];
  /** The execution's name, where it has one. */
  readonly name?: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the execution comes to, as `toMatchObject` takes it. */
  readonly output: unknown;
}

export function arn(machine: string): string {
  return `arn:aws:states:us-east-1:123456789012:stateMachine:${machine}`;
}

function functionArn(name: string): string {
  return `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
}

/** What differs from run to run, such as a time or an id, has this in its place; {@link settled} puts it there. */
export const VARIES = "…";

const BEFORE = ["before_create", "before_update"];

/** What HCL comes to. */
export const expected: readonly Expected[] = expectedOf("");

/** What TypeScript comes to: the same, with names of state machines that let both be on one Pawl. */
export const expectedOfTypeScript: readonly Expected[] = expectedOf("cdktn-");

function expectedOf(prefix: string): readonly Expected[] {
  return [
    {
      folder: "basic-usage",
      machines: { [`${prefix}greeter`]: "greeter" },
      starts: `${prefix}greeter`,
      events: BEFORE,
      input: { user_id: "12345", action: "process" },
      output: { greeting: "Hello, user 12345!", action: "process" },
    },
    {
      folder: "named-execution",
      machines: { [`${prefix}deployment-processor`]: "deployment-processor" },
      starts: `${prefix}deployment-processor`,
      events: BEFORE,
      name: `deployment-${VARIES}`,
      input: { deployment_id: VARIES, environment: "staging" },
      output: { environment: "staging", done: [`${VARIES}: 1. migrate`, `${VARIES}: 2. switch`] },
    },
    {
      folder: "execution-with-version",
      machines: { [`${prefix}report-builder`]: "report-builder" },
      starts: `${prefix}report-builder:1`,
      events: BEFORE,
      input: { version: "v2", config: { format: "csv", rows: 120, page_size: 50 } },
      output: {
        version: "v2",
        format: "csv",
        pages: [
          { page: 1, first_row: 1 },
          { page: 2, first_row: 51 },
          { page: 3, first_row: 101 },
        ],
      },
    },
    {
      folder: "execution-with-alias",
      machines: { [`${prefix}batch-importer`]: "batch-importer" },
      starts: `${prefix}batch-importer:PROD`,
      events: ["after_create", "after_update"],
      input: { environment: "production", batch_size: 1000 },
      output: { environment: "production", batches: 3, imported: 2500 },
    },
    {
      folder: "x-ray-tracing",
      machines: { [`${prefix}traced-processor`]: "traced-processor" },
      starts: `${prefix}traced-processor`,
      events: BEFORE,
      input: { trace_id: VARIES, data: { source: "sensor-7", measurements: [3, 14, 15, 9, 2, 6] } },
      output: { source: "sensor-7", total: 49, highest: 15 },
    },
    {
      folder: "ci-cd-pipeline-integration",
      machines: {
        [`${prefix}pipeline-ingest`]: "processor",
        [`${prefix}pipeline-transform`]: "processor",
        [`${prefix}pipeline-publish`]: "processor",
        [`${prefix}data-pipeline`]: "data-pipeline",
      },
      starts: `${prefix}data-pipeline`,
      events: BEFORE,
      name: `post-deploy-1.4.0-${VARIES}`,
      input: {
        deployment_id: `1.4.0-${VARIES}`,
        environment: "staging",
        resources: {
          stages: ["ingest", "transform", "publish"].map((stage) => arn(`${prefix}pipeline-${stage}`)),
          artifact: "pipeline-1.4.0.zip",
        },
      },
      output: {
        deployment_id: `1.4.0-${VARIES}`,
        artifact: "pipeline-1.4.0.zip",
        stages: 3,
        records: [{ id: 1, note: "first record of this deployment", stage: `${prefix}pipeline-publish` }],
      },
    },
    {
      folder: "environment-specific-processing",
      machines: { [`${prefix}batch-processor`]: "batch-processor" },
      starts: `${prefix}batch-processor`,
      events: BEFORE,
      input: {
        batch_size: 100,
        max_retries: 1,
        timeout_hours: 2,
        data_source: "orders",
        output_path: "processed/orders",
        function: functionArn("process-batch"),
      },
      output: { source: "orders", target: "processed/orders", batches: 10, processed: 1000, failed: [] },
    },
    {
      folder: "complex-workflow-orchestration",
      machines: { [`${prefix}orchestrator`]: "orchestrator", [`${prefix}step-worker`]: "step-worker" },
      starts: `${prefix}orchestrator`,
      events: BEFORE,
      input: {
        workflow: { id: VARIES, type: "data-processing", steps: ["extract", "transform", "load"] },
        resources: {
          compute: { worker: arn(`${prefix}step-worker`), function: functionArn("run-step") },
          storage: {
            input_folder: "data/staging/in",
            output_folder: "data/staging/out",
            temp_folder: "data/staging/tmp",
          },
          messaging: {
            success_topic: "workflow-succeeded-staging",
            error_topic: "workflow-failed-staging",
          },
        },
        metadata: {
          created_by: "terraform",
          environment: "staging",
          version: "2.0.0",
          tags: { team: "data", cost: "batch" },
        },
      },
      output: {
        type: "data-processing",
        steps: [
          { step: "extract", status: "DONE", result: { characters: 7 } },
          { step: "transform", status: "DONE", result: { characters: 9 } },
          { step: "load", status: "DONE", result: { characters: 4 } },
        ],
        folders: [
          "input_folder is data/staging/in",
          "output_folder is data/staging/out",
          "temp_folder is data/staging/tmp",
        ],
        record: { created_by: "terraform", environment: "staging", version: "2.0.0" },
        topic: "workflow-succeeded-staging",
      },
    },
  ];
}

/** A value of an execution with `…` for times, for ids and for what is made of them. */
export function settled(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(/"workflow-\d{8}-\d{6}"/g, `"${VARIES}"`)
      .replaceAll(/"1-[0-9a-f]{8}-[0-9a-f]{24}"/g, `"${VARIES}"`)
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, VARIES)
      .replaceAll(/(?<=1\.4\.0-)[0-9a-f]{8}/g, VARIES),
  );
}

/** The definition of a state machine in the HCL example: a file, as text. */
export function definition(folder: string, file: string): string {
  return readFileSync(join(HCL, folder, `${file}.asl.json`), "utf8");
}

/** The folders of examples among those of a folder. */
export function exampleFolders(parent: string): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["functions", "node_modules"].includes(entry.name))
    .map(({ name }) => name)
    .sort();
}
