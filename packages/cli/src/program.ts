import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_ENDPOINT } from "./api.js";
import { parseDuration } from "./duration.js";
import { version } from "./version.js";

/**
 * The command line of `pawl`. What a command does is imported when it is called: `pawl validate` must not wait for the
 * SDK, nor `pawl list` for the engine.
 * @param done gets the exit code of the command that ran.
 */
export function createProgram(done: (code: number) => void): Command {
  const program = new Command("pawl")
    .description("AWS Step Functions, anywhere: run Amazon States Language on this machine.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError(true)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({ outputError: (text, write) => write(asSentence(text)) })
    .exitOverride()
    .addHelpText(
      "after",
      examples(
        "pawl start                                        # the API on http://127.0.0.1:8083",
        "pawl run order.asl.json --input '{\"id\": 1}'       # one execution, without a server",
        "pawl validate *.asl.json",
        "pawl list machines",
      ) + EXIT_CODES,
    );

  program
    .command("start")
    .summary("serve the Step Functions API")
    .description(
      "Serves the AWS Step Functions API on this machine, with everything durable in the data folder.\n" +
        "Definition files and folders become state machines named after the files, and are watched for changes.\n" +
        "LAMBDA_ENDPOINT in the environment names the Lambda service that Task states call, PAWL_ACCESS_KEYS holds access keys.",
    )
    .argument("[paths...]", "definition files (*.asl.json, *.json, *.asl.yaml, *.yaml, *.yml), or folders of them")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 takes a free one", portNumber, 8083)
    .option("--data <folder>", "folder of what is kept, or 'memory' to keep nothing", ".pawl")
    .option("--config <file>", CONFIG)
    .option("--data-folder <folder>", DATA_FOLDER, repeated)
    .option("--region <region>", "region of the ARNs", regionName, "us-east-1")
    .option("--account-id <id>", "account of the ARNs", accountNumber, "123456789012")
    .option("--access-keys <file>", "serve only requests signed with a key of this file: ID:SECRET, one a line")
    .option("--access-key <key>", "the same for one key; others on this machine can see it (repeatable)", repeated)
    .option("--insecure", "allow an address that other machines can reach, without access keys")
    .option("--tls-cert <file>", "serve HTTPS with this certificate (PEM)")
    .option("--tls-key <file>", "its private key (PEM)")
    .option("--allowed-host <name>", "serve requests to this host name too (repeatable)", repeated)
    .option("--cors-origin <origin>", "let web pages of this origin call (repeatable)", repeated)
    .option("--throttle", "refuse calls beyond the quotas of AWS")
    .option("--throttle-file <file>", "the same, with some quotas from a JSON file")
    .option(
      "--keep-closed <time>",
      "how long closed executions stay, such as 90d or 12h; 'off' keeps them",
      keptTime,
      "90d",
    )
    .option(
      "--execution-logs <where>",
      "where histories go that a logging configuration wants: a folder, 'stdout', 'cloudwatch' or 'off'\n" +
        "(repeatable; default: DATA/logs, and 'cloudwatch' where AWS_ENDPOINT_URL_CLOUDWATCH_LOGS is set)",
      repeated,
    )
    .addOption(
      new Option("--log-level <level>", "what is told on stderr")
        .choices(["error", "warn", "info", "debug"])
        .default("warn"),
    )
    .addOption(new Option("--log-format <format>", "how").choices(["text", "json"]).default("text"))
    .option("--example <machine>", "start this one of the state machines once, with NAME.input.json as its input")
    .addHelpText(
      "after",
      examples(
        "pawl start",
        "pawl start --port 9000 machines/                  # register and watch a folder",
        "pawl start --data memory order.asl.json",
        "pawl start --host 0.0.0.0 --access-keys keys.txt --tls-cert cert.pem --tls-key key.pem",
      ),
    )
    .action(async (paths, options) => done(await (await import("./commands/start.js")).start(paths, options)));

  withOutput(
    program
      .command("run")
      .summary("run one definition to its end, without a server")
      .description("Runs one definition in memory and shows its states as they pass, and its output.")
      .argument("<file>", "the definition")
      .option("--input <json>", INPUT)
      .option("--name <name>", "name of the execution (default: a UUID)")
      .option("--config <file>", CONFIG)
      .option("--data-folder <folder>", DATA_FOLDER, repeated)
      .option("--test-case <name>", "answer its tasks from the file of mocks (SFN_MOCK_CONFIG) instead of calling")
      .addOption(machineType("type of state machine to check it as; it runs as STANDARD")),
  )
    .addHelpText(
      "after",
      examples(
        "pawl run hello.asl.json",
        "pawl run order.asl.json --input @order.json",
        "SFN_MOCK_CONFIG=MockConfigFile.json pawl run order.asl.json --test-case Happy",
        "echo '{}' | pawl run hello.asl.json --input - --json | tail -n 1",
      ),
    )
    .action(async (file, options) => done(await (await import("./commands/run.js")).run(file, options)));

  withApi(
    program
      .command("start-execution")
      .summary("start an execution, in Pawl or in AWS")
      .description("Starts an execution, and with --wait follows it to its end.")
      .requiredOption("--state-machine-arn <arn>", "the state machine, a version or an alias of it")
      .option("--input <json>", INPUT)
      .option("--name <name>", "name of the execution (default: a UUID)")
      .option("--trace-header <header>", "AWS X-Ray trace header to pass on")
      .option("--wait", "show the states as they pass, and wait for the end"),
  )
    .addHelpText(
      "after",
      examples(
        `pawl start-execution --state-machine-arn ${MACHINE_ARN} --input '{"id": 1}' --wait`,
        `pawl start-execution --state-machine-arn ${MACHINE_ARN} --endpoint aws`,
      ),
    )
    .action(async (options) => done(await (await import("./commands/start-execution.js")).startExecution(options)));

  withApi(
    program
      .command("describe")
      .summary("say what is known of an execution, a state machine, an activity or a map run")
      .argument("<arn>", "ARN of an execution, a state machine, an activity or a map run"),
  )
    .addHelpText("after", examples(`pawl describe ${EXECUTION_ARN}`, `pawl describe ${MACHINE_ARN} --json`))
    .action(async (arn, options) => done(await (await import("./commands/describe.js")).describe(arn, options)));

  withApi(
    program
      .command("history")
      .summary("list the events of an execution")
      .argument("<arn>", "ARN of an execution")
      .option("--reverse", "newest first"),
  )
    .addHelpText("after", examples(`pawl history ${EXECUTION_ARN}`))
    .action(async (arn, options) => done(await (await import("./commands/history.js")).history(arn, options)));

  withApi(
    program
      .command("list")
      .summary("list state machines, executions or activities")
      .addArgument(
        new Argument("[what]", "what to list").choices(["machines", "executions", "activities"]).default("machines"),
      )
      .option("--state-machine-arn <arn>", "executions: of this state machine")
      .addOption(
        new Option("--status <status>", "executions: only these").choices([
          "RUNNING",
          "SUCCEEDED",
          "FAILED",
          "TIMED_OUT",
          "ABORTED",
        ]),
      ),
  )
    .addHelpText(
      "after",
      examples(
        "pawl list",
        `pawl list executions --state-machine-arn ${MACHINE_ARN} --status FAILED`,
        "pawl list activities --json",
      ),
    )
    .action(async (what, options) => done(await (await import("./commands/list.js")).list(what, options)));

  withApi(
    program
      .command("stop")
      .summary("stop an execution")
      .argument("<arn>", "ARN of an execution")
      .option("--error <name>", "error to report")
      .option("--cause <text>", "cause to report"),
  )
    .addHelpText("after", examples(`pawl stop ${EXECUTION_ARN} --cause 'Ordered twice'`))
    .action(async (arn, options) => done(await (await import("./commands/stop.js")).stop(arn, options)));

  withApi(
    program
      .command("backup")
      .summary("write a backup of a running server, or of a data folder")
      .description("Writes everything that a running server has stored to a new file. It goes on meanwhile.")
      .argument("<file>", "the file, which must not exist")
      .addOption(
        new Option("--data <folder>", "back up this data folder, which no server uses").conflicts([
          "endpoint",
          "region",
        ]),
      )
      .option("--no-check", "do not look for damage in what was written"),
  )
    .addHelpText("after", examples("pawl backup monday.db", "pawl backup monday.db --data .pawl"))
    .action(async (file, options) => done(await (await import("./commands/backup.js")).backup(file, options)));

  withOutput(
    program
      .command("check")
      .summary("look for damage in a data folder or a backup")
      .description("Reads all that is stored and compares it with its checksums. Exit code 1 if something is damaged.")
      .argument("[file]", "a backup (default: the data folder)")
      .option("--data <folder>", "the data folder, which no server uses", ".pawl"),
  )
    .addHelpText("after", examples("pawl check --data .pawl", "pawl check monday.db"))
    .action(async (file, options) => done(await (await import("./commands/check.js")).check(file, options)));

  program
    .command("restore")
    .summary("make a backup the data of a folder")
    .description(
      "Makes a backup the data of a folder that no server uses. Executions that ran then go on with the next start.",
    )
    .argument("<file>", "the backup")
    .requiredOption("--data <folder>", "the data folder")
    .option("--force", "replace the data that is there")
    .addHelpText("after", examples("pawl restore monday.db --data .pawl"))
    .action(async (file, options) => done(await (await import("./commands/restore.js")).restore(file, options)));

  program
    .command("validate")
    .summary("check definitions")
    .description("Checks definitions and says where their faults are. Exit code 1 if one is wrong.")
    .argument("<files...>", "definition files")
    .addOption(machineType("type of state machine to check them as"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("pawl validate machines/*.asl.json", "pawl validate --type EXPRESS --json fast.json"),
    )
    .action(async (files, options) => done(await (await import("./commands/validate.js")).validate(files, options)));

  const terraform = program
    .command("terraform")
    .summary("let Terraform use Pawl's provider")
    .description("Lets Terraform use the provider that comes with Pawl: docs/terraform.md.");

  terraform
    .command("install")
    .summary("put the provider where Terraform finds it")
    .description(
      "Puts the provider where Terraform finds it without a registry, and prints the block that asks for it.",
    )
    .option("--dir <folder>", "folder of a filesystem mirror (default: the one where Terraform looks of itself)")
    .option("--source <address>", "source address to install it as (default: pawl.internal/pawl/aws)")
    .option("--provider-version <version>", "version to install it as (default: its own)")
    .option(
      "--platform <os_arch>",
      "platform to install it for, such as linux_arm64 (repeatable; default: this one)",
      repeated,
    )
    .addHelpText("after", examples("pawl terraform install", "pawl terraform install > provider.tf"))
    .action(async (options) => done(await (await import("./commands/terraform-install.js")).terraformInstall(options)));

  terraform
    .command("dev")
    .summary("print settings with which Terraform uses the built provider as it is")
    .description(
      "Prints a CLI configuration with which Terraform uses the built provider as it is, without installing it.",
    )
    .option("--source <address>", "source address that configurations use (default: pawl.internal/pawl/aws)")
    .addHelpText("after", examples("pawl terraform dev > dev.tfrc && TF_CLI_CONFIG_FILE=$PWD/dev.tfrc terraform plan"))
    .action(async (options) => done(await (await import("./commands/terraform-dev.js")).terraformDev(options)));

  return program;
}

const DATA_FOLDER = "folder that distributed Map states may read from and write to, as file:///path (repeatable)";
const CONFIG = "what Task states call, such as functions (default: pawl.config.json, .mjs or .ts here)";
const INPUT = "input of the execution: JSON, @file, or - for standard input (default: {})";
const MACHINE_ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:order";
const EXECUTION_ARN = "arn:aws:states:us-east-1:123456789012:execution:order:1";

const EXIT_CODES = `
Exit codes: 0 done, 1 the execution did not succeed, a definition is wrong or data is damaged, 2 could not be done, 130 Ctrl-C.
`;

function withOutput(command: Command): Command {
  return command.option("--json", "print JSON, also on a terminal").option("--no-json", "print text, also in a pipe");
}

function withApi(command: Command): Command {
  return withOutput(
    command
      .option(
        "--endpoint <url>",
        `URL of a Pawl server, or 'aws' for AWS (default: PAWL_ENDPOINT, AWS_ENDPOINT_URL_SFN, AWS_ENDPOINT_URL or ${DEFAULT_ENDPOINT})`,
      )
      .option("--region <region>", "region to sign for (default: the ARN's, or the AWS configuration's)", regionName),
  );
}

function machineType(description: string): Option {
  return new Option("--type <type>", description).choices(["STANDARD", "EXPRESS"]).default("STANDARD");
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;
}

function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  }
  return port;
}

function keptTime(text: string): string {
  if (text !== "off" && parseDuration(text) === undefined) {
    throw new InvalidArgumentError("A time looks like 90d, 12h, 30m or 10s; 'off' keeps closed executions.");
  }
  return text;
}

function regionName(text: string): string {
  if (!/^[a-z0-9-]+$/.test(text)) {
    throw new InvalidArgumentError("A region looks like us-east-1.");
  }
  return text;
}

function accountNumber(text: string): string {
  if (!/^\d{12}$/.test(text)) {
    throw new InvalidArgumentError("An account id has 12 digits.");
  }
  return text;
}

/** Commander's error text as one line: `pawl: unknown option '--prot' (Did you mean --port?)`. */
function asSentence(text: string): string {
  return `pawl: ${text
    .replace(/^error: /, "")
    .trim()
    .replace(/\s*\n\s*/g, " ")}\n`;
}
