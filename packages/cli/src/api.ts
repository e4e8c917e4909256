import type { SFNClient, SFNClientConfig } from "@aws-sdk/client-sfn";
import { CommandError } from "./exit-code.js";

/** Where a command's requests go: what every client command accepts. */
export interface ApiOptions {
  /** A URL, or `aws` for AWS itself. */
  readonly endpoint?: string;
  readonly region?: string;
}

type Sdk = typeof import("@aws-sdk/client-sfn");

/** An open connection to the Step Functions API of Pawl or AWS. */
export interface Api {
  readonly sdk: Sdk;
  /** The URL of a Pawl server; undefined for AWS. */
  readonly endpoint: string | undefined;
  /**
   * Sends requests: `call` gets the client and gives what it answered.
   * @throws CommandError in one sentence for whatever goes wrong.
   */
  request<Answer>(call: (client: SFNClient) => Promise<Answer>): Promise<Answer>;
  close(): void;
}

export const DEFAULT_ENDPOINT = "http://127.0.0.1:8083";

/**
 * Opens the API that the flags or the environment name. `region` is that of the ARN in question, where there is one: a
 * flag outranks it, it outranks the environment.
 * @throws CommandError for an endpoint that is no URL.
 */
export async function openApi(options: ApiOptions, region?: string): Promise<Api> {
  const endpoint = endpointOf(options.endpoint);
  // Which Node the SDK will want one day is no news for who types a command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const sdk = await import("@aws-sdk/client-sfn");
  const chosenRegion = options.region ?? region;
  const client = new sdk.SFNClient(
    endpoint === undefined ? configurationForAws(chosenRegion) : configurationForPawl(endpoint, chosenRegion),
  );
  return {
    sdk,
    endpoint,
    async request(call) {
      try {
        return await call(client);
      } catch (error) {
        throw new ApiError(error, endpoint);
      }
    },
    close: () => client.destroy(),
  };
}

/** A request that failed. */
export class ApiError extends CommandError {
  /** True where nobody answered: the same request may get through later. */
  readonly unreachable: boolean;

  constructor(error: unknown, endpoint: string | undefined) {
    const code = connectionFault(error);
    super(code === undefined ? refusal(error) : unreachable(code, endpoint));
    this.unreachable = code !== undefined;
  }
}

function endpointOf(flag: string | undefined): string | undefined {
  const { env } = process;
  const chosen = flag ?? env.PAWL_ENDPOINT ?? env.AWS_ENDPOINT_URL_SFN ?? env.AWS_ENDPOINT_URL ?? DEFAULT_ENDPOINT;
  if (chosen === "aws") {
    return undefined;
  }
  if (!URL.canParse(chosen) || !/^https?:/.test(chosen)) {
    throw new CommandError(`The endpoint '${chosen}' is neither a URL (such as ${DEFAULT_ENDPOINT}) nor aws`);
  }
  return chosen;
}

/** `--endpoint aws` means AWS even where the environment names an endpoint. */
function configurationForAws(region: string | undefined): SFNClientConfig {
  return { ignoreConfiguredEndpointUrls: true, ...(region === undefined ? {} : { region }) };
}

function configurationForPawl(endpoint: string, region: string | undefined): SFNClientConfig {
  const { env } = process;
  // Credentials that are configured are used, for a server that asks for them; looking for more (files of other
  // profiles, the metadata service of a cloud machine) would only cost time.
  const configured = env.AWS_ACCESS_KEY_ID !== undefined || env.AWS_PROFILE !== undefined;
  return {
    endpoint,
    region: region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1",
    ...(configured ? {} : { credentials: { accessKeyId: "test", secretAccessKey: "test" } }),
  };
}

const CONNECTION_FAULTS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "TimeoutError",
]);

/** The code of the fault where no answer came, otherwise undefined. */
function connectionFault(error: unknown): string | undefined {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return [code, name].find((each): each is string => typeof each === "string" && CONNECTION_FAULTS.has(each));
}

function unreachable(code: string, endpoint: string | undefined): string {
  if (endpoint === undefined) {
    return `AWS cannot be reached (${code})`;
  }
  return `No Pawl answers at ${endpoint} (${code}): start one with 'pawl start', or name another with --endpoint`;
}

function refusal(error: unknown): string {
  const { name, message } = error as Error;
  switch (name) {
    case "CredentialsProviderError":
      return `There are no AWS credentials to use: ${message}`;
    case "Error":
      return message;
    default:
      return message === "" || message === "UnknownError" ? `The API answered ${name}` : `${name}: ${message}`;
  }
}
