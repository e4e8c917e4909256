import { readFileSync } from "node:fs";
import type { SFNClient, SFNClientConfig } from "@aws-sdk/client-sfn";
import { DiagnosticError, error } from "../diagnostic.js";
import type { Context } from "../kinds.js";
import { accountOf, type Credentials, credentialsOf } from "./credentials.js";
import { type Endpoint, endpointOf } from "./endpoint.js";
import type { Settings } from "./settings.js";

/** What a Pawl server without access keys takes like any other. */
const NOBODY: Credentials = { accessKeyId: "test", secretAccessKey: "test" };

const PAWL_REGION = "us-east-1";

export interface ContextOptions {
  readonly settings: Settings;
  /** Arguments that decide where requests go and are not known before something else is created. */
  readonly unknown: readonly string[];
  readonly userAgent: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Makes the context of a configuration. Nothing is loaded and nobody is asked before a client is needed.
 * @throws DiagnosticError where the endpoint is wrong
 */
export function createContext({ settings, unknown, userAgent, environment }: ContextOptions): Omit<Context, "signal"> {
  const endpoint = endpointOf({ endpoint: settings.endpoint, sfn: settings.endpoints.sfn }, environment);
  const clients = new Map<string | undefined, Promise<SFNClient>>();
  let accountChecked: Promise<void> | undefined;

  function sdk(): Promise<typeof import("@aws-sdk/client-sfn")> {
    // Which Node the SDK will want one day is no news for a plan.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    return import("@aws-sdk/client-sfn");
  }

  async function createClient(region: string | undefined): Promise<SFNClient> {
    if (unknown.length > 0) throw notKnownYet(unknown);
    applyFiles(settings);
    const { SFNClient } = await sdk();
    const common = {
      ...commonConfiguration(settings, endpoint, userAgent),
      ...(await requestHandler(settings)),
    };
    if (endpoint.kind === "pawl") {
      const { accessKey, secretKey } = settings;
      const written = accessKey !== undefined && secretKey !== undefined;
      return new SFNClient({
        ...common,
        ...urlOf(endpoint),
        region: region ?? settings.region ?? (environmentRegion(environment) || PAWL_REGION),
        credentials: written ? { accessKeyId: accessKey, secretAccessKey: secretKey } : NOBODY,
      });
    }
    const chosen = region ?? settings.region ?? environmentRegion(environment);
    const where = { ...common, ...(chosen === undefined ? {} : { region: chosen }) };
    const stsRegion = settings.stsRegion ?? chosen;
    const sts = {
      ...common,
      ...(stsRegion === undefined ? {} : { region: stsRegion }),
      ...(settings.endpoints.sts === undefined ? {} : { endpoint: settings.endpoints.sts }),
    };
    const credentials = credentialsOf(settings, sts);
    accountChecked ??= checkAccount(settings, () => accountOf(credentials, sts));
    await accountChecked;
    return new SFNClient({ ...where, ...urlOf(endpoint), ...(credentials === undefined ? {} : { credentials }) });
  }

  function client(region?: string): Promise<SFNClient> {
    let made = clients.get(region);
    if (made === undefined) {
      made = createClient(region);
      clients.set(region, made);
      // What failed once (a file that is missing) may be there the next time.
      made.catch(() => clients.delete(region));
    }
    return made;
  }

  return {
    client,
    sdk,
    region: async () => {
      try {
        return await (await client()).config.region();
      } catch (thrown) {
        if (thrown instanceof Error && thrown.message === "Region is missing") throw noRegion();
        throw thrown;
      }
    },
    endpoint: endpoint.kind === "aws" ? undefined : endpoint.url,
    defaultTags: settings.defaultTags,
    ignoreTags: settings.ignoreTags,
  };
}

function commonConfiguration(settings: Settings, endpoint: Endpoint, userAgent: string) {
  const { attempts, retryMode, profile, dualStack, fips } = settings;
  return {
    maxAttempts: attempts ?? (endpoint.kind === "pawl" ? 3 : 10),
    customUserAgent: userAgent,
    ...(retryMode === undefined ? {} : { retryMode }),
    ...(profile === undefined || endpoint.kind === "pawl" ? {} : { profile }),
    ...(dualStack ? { useDualstackEndpoint: true } : {}),
    ...(fips ? { useFipsEndpoint: true } : {}),
    // The endpoint has been found already; the SDK's own search would find others.
    ignoreConfiguredEndpointUrls: true,
  } satisfies SFNClientConfig & Record<string, unknown>;
}

function urlOf(endpoint: Endpoint): SFNClientConfig {
  // StartSyncExecution has a host of its own on AWS; where a URL is given, that is the host.
  return endpoint.kind === "aws" ? {} : { endpoint: endpoint.url, disableHostPrefix: true };
}

/** What decides whom to trust, where that is not what Node does of itself. */
async function requestHandler({ insecure, customCaBundle: file }: Settings) {
  if (!insecure && file === undefined) return {};
  // Only here: loading it takes longer than the handshake with Terraform.
  const { rootCertificates } = await import("node:tls");
  const ca = file === undefined ? {} : { ca: [...rootCertificates, certificatesOf(file)] };
  return { requestHandler: { httpsAgent: { rejectUnauthorized: !insecure, ...ca } } };
}

function certificatesOf(file: string): string {
  try {
    return readFileSync(inHome(file), "utf8");
  } catch (thrown) {
    const detail = `${file}: ${(thrown as Error).message}`;
    throw new DiagnosticError(error("Cannot read certificates", detail, ["custom_ca_bundle"]));
  }
}

/** The SDK takes these from the environment; each configuration of this provider has a process of its own. */
function applyFiles({ configFile, credentialsFile, metadata }: Settings): void {
  if (configFile !== undefined) process.env.AWS_CONFIG_FILE = inHome(configFile);
  if (credentialsFile !== undefined) process.env.AWS_SHARED_CREDENTIALS_FILE = inHome(credentialsFile);
  if (metadata.off) process.env.AWS_EC2_METADATA_DISABLED = "true";
  if (metadata.url !== undefined) process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = metadata.url;
  if (metadata.mode !== undefined) process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE = metadata.mode;
}

function inHome(file: string): string {
  return file.startsWith("~/") ? `${process.env.HOME ?? "~"}${file.slice(1)}` : file;
}

function environmentRegion({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv): string | undefined {
  return AWS_REGION || AWS_DEFAULT_REGION || undefined;
}

async function checkAccount(settings: Settings, account: () => Promise<string>): Promise<void> {
  const { allowedAccounts, forbiddenAccounts } = settings;
  if (allowedAccounts.length === 0 && forbiddenAccounts.length === 0) return;
  const id = await account();
  if (forbiddenAccounts.includes(id) || (allowedAccounts.length > 0 && !allowedAccounts.includes(id))) {
    const name = forbiddenAccounts.includes(id) ? "forbidden_account_ids" : "allowed_account_ids";
    throw new DiagnosticError(
      error("Wrong AWS account", `The credentials belong to account ${id}, which ${name} excludes.`, [name]),
    );
  }
}

function notKnownYet(unknown: readonly string[]): DiagnosticError {
  return new DiagnosticError(
    error(
      "Provider configuration not known yet",
      `${unknown.join(", ")} of the provider's configuration come of resources that do not exist yet, and something ` +
        "already needs the provider. Apply those resources first (terraform apply -target=…), or write the values down.",
    ),
  );
}

function noRegion(): DiagnosticError {
  return new DiagnosticError(
    error(
      "No region",
      "Set region in the provider's configuration, or AWS_REGION in the environment. For a Pawl server set " +
        'endpoint = "pawl", or PAWL_ENDPOINT in the environment: it needs no region.',
    ),
  );
}
