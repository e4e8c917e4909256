import { createContext } from "./configuration/context.js";
import { endpointOf } from "./configuration/endpoint.js";
import { providerSchema } from "./configuration/schema.js";
import { settingsFaults, settingsOf, unknownArguments } from "./configuration/settings.js";
import { errorDiagnostic } from "./error-diagnostic.js";
import { hostSpeaksOurProtocol, isStartedByTerraform, NOT_BY_HAND, PROTOCOL_VERSION } from "./protocol/handshake.js";
import { createLog } from "./protocol/log.js";
import { servePlugin } from "./protocol/plugin.js";
import { type Provider, providerMethods } from "./protocol/provider-service.js";
import { actions, dataSources, resources } from "./provider.js";
import { VERSION } from "./provider-version.js";
import { SOURCE_ADDRESS } from "./source-address.js";

/** The provider's process: what Terraform starts, several times for each command. */

const { env } = process;

const provider: Provider = {
  schema: providerSchema,
  resources,
  dataSources,
  actions,
  validate: (config) => {
    const { endpoint, endpoints } = settingsOf(config);
    endpointOf({ endpoint, sfn: endpoints.sfn }, {});
    return settingsFaults(config);
  },
  configure: (config, terraformVersion) => ({
    diagnostics: settingsFaults(config),
    context: createContext({
      settings: settingsOf(config),
      unknown: unknownArguments(config),
      userAgent: `pawl-terraform-provider/${VERSION} terraform/${terraformVersion}`,
      environment: env,
    }),
  }),
  explain: (thrown, context) => [errorDiagnostic(thrown, { endpoint: context?.endpoint })],
};

async function main(args: readonly string[]): Promise<void> {
  const debug = args.some((argument) => /^--?debug$/.test(argument));
  if (!debug && !isStartedByTerraform(env)) {
    process.stderr.write(NOT_BY_HAND);
    process.exitCode = 1;
    return;
  }
  if (!debug && !hostSpeaksOurProtocol(env)) {
    process.stderr.write(
      `This provider speaks version ${PROTOCOL_VERSION} of Terraform's plugin protocol, Terraform here ` +
        `${env.PLUGIN_PROTOCOL_VERSIONS}: it needs Terraform 1.6 or newer.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const log = createLog(env, (line) => process.stderr.write(line));
  await servePlugin({
    environment: env,
    methods: providerMethods(provider, log),
    log,
    ...(debug ? { debug: env.PAWL_TERRAFORM_SOURCE || SOURCE_ADDRESS } : {}),
  });
}

main(process.argv.slice(2)).catch((thrown) => {
  process.stderr.write(`The provider cannot serve: ${thrown instanceof Error ? thrown.message : thrown}\n`);
  process.exit(1);
});
