import { pipeline, Readable, Transform } from "node:stream";
import { checkHost, guardedLookup, type HttpRules } from "../http/address-guard.js";
import { AnswerTooLarge } from "../http/exchange.js";
import { ANY_CREDENTIALS, type AwsCredentials, accountOfRole, hasCredentials } from "./credentials.js";
import { type Endpoints, endpointOf, environmentName } from "./endpoint.js";
import {
  loadPackage,
  PackageFault,
  type SdkAction,
  type SdkClient,
  type SdkHandler,
  type SdkPackage,
} from "./sdk-package.js";
import { packageOf } from "./service-package.js";

export interface AwsOptions {
  /** Default: that of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Addresses of services, above those in the environment. */
  readonly endpoints?: Endpoints | undefined;
  /** Whether link-local addresses may be called: a state can name a host to some services (a queue's URL). */
  readonly http?: Pick<HttpRules, "allowLinkLocal"> | undefined;
  /** Where the clients' packages are installed; default: the folder that the process works in. */
  readonly folders?: readonly string[] | undefined;
}

/** Where and as whom a service is called. */
export interface AwsTarget {
  readonly region: string;
  /** A role to be assumed. */
  readonly roleArn?: string | undefined;
}

export interface AwsCall {
  /** Undefined where the call has no end of its own but the client's. */
  readonly signal?: AbortSignal | undefined;
  /** For the header `X-Amzn-Trace-Id`. */
  readonly traceHeader?: string | undefined;
  /** Milliseconds until the call is given up; default five minutes, for services that take their time more. */
  readonly timeout?: number | undefined;
}

/** What a service answered; the output's members are those of the SDK. */
export interface AwsAnswer {
  readonly output: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly requestId: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A client for one service, region and role. */
export interface AwsClient {
  /** Such as `Secrets Manager`. */
  readonly serviceId: string;
  readonly package: SdkPackage;
  /** Undefined where AWS itself is called. */
  readonly endpoint: string | undefined;
  /** Undefined where the service has no such action; small and capital letters are the same. */
  action(name: string): SdkAction | undefined;
  /**
   * Calls an action with members and values as the SDK has them.
   * @throws what the SDK throws: the service's exceptions, or errors of the network
   */
  send(action: SdkAction, input: object, call?: AwsCall): Promise<AwsAnswer>;
  /** The keys that requests are signed with. */
  credentials(): Promise<AwsCredentials>;
}

/** Why a service cannot be called at all: no package, no endpoint and no credentials, a role that cannot be assumed. */
export class AwsUnavailable extends Error {
  /** The service's id, as far as it is known. */
  readonly serviceId: string;

  constructor(serviceId: string, message: string) {
    super(message);
    this.serviceId = serviceId;
  }
}

const MINUTE = 60 * 1000;
/** How long a call may take. Functions and models take longer than other services. */
const TIMEOUT = 5 * MINUTE;
const LONGER_TIMEOUTS: Readonly<Record<string, number>> = {
  "Bedrock AgentCore": 61 * MINUTE,
  "Bedrock Runtime": 61 * MINUTE,
  Lambda: 16 * MINUTE,
  "SageMaker Runtime": 16 * MINUTE,
};
/** Clients and roles kept: state machines may name any number of roles. */
const MOST_KEPT = 1000;
/** Assumed roles are asked for anew so long before they end. */
const ROLE_MARGIN = 5 * MINUTE;

/**
 * Clients of AWS services, or of what stands in for them, through the packages `@aws-sdk/client-…` that are installed beside the
 * user's state machines. They are loaded when they are first called. Each client has connections of its own, so a slow service
 * holds up nobody else's calls.
 */
export class AwsClients {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #endpoints: Endpoints;
  readonly #folders: readonly string[];
  readonly #http: HttpRules;
  readonly #packages = new Map<string, SdkPackage>();
  readonly #serviceIds = new Map<string, string>();
  readonly #clients = new Map<string, Client>();
  readonly #roles = new Map<string, { readonly credentials: Promise<AwsCredentials>; until: number }>();

  constructor(options: AwsOptions = {}) {
    const { environment = process.env, endpoints = {}, folders = [process.cwd()], http = {} } = options;
    this.#http = http;
    this.#environment = environment;
    this.#endpoints = endpoints;
    this.#folders = folders;
  }

  /**
   * The client of a service.
   * @param service as in `arn:aws:states:::aws-sdk:SERVICE:ACTION`, or the name of an optimized integration
   * @throws AwsUnavailable in a sentence that says what to install or to set
   */
  client(service: string, { region, roleArn }: AwsTarget): AwsClient {
    const key = `${service} ${region} ${roleArn ?? ""}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const made = this.#make(service, region, roleArn);
    keep(this.#clients, key, made);
    return made;
  }

  /**
   * The keys that calls are signed with which no client makes.
   * @throws AwsUnavailable where none are configured
   */
  async credentials({ region, roleArn }: AwsTarget): Promise<AwsCredentials> {
    const isConfigured = hasCredentials(this.#environment);
    if (roleArn !== undefined) return this.#role("STS", roleArn, region, isConfigured);
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = this.#environment;
    const { AWS_SESSION_TOKEN: sessionToken } = this.#environment;
    if (accessKeyId && secretAccessKey) {
      return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    }
    return isConfigured ? this.client("sts", { region }).credentials() : ANY_CREDENTIALS;
  }

  /** Where a service is called that has no client; undefined for AWS itself. @throws AwsUnavailable */
  endpoint(service: string, serviceId: string): string | undefined {
    try {
      return endpointOf(service, serviceId, this.#endpoints, this.#environment);
    } catch (error) {
      throw new AwsUnavailable(serviceId, (error as Error).message);
    }
  }

  /** Closes all connections. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #make(service: string, region: string, roleArn: string | undefined): Client {
    const sdk = this.#package(service);
    const serviceId = this.#serviceIdOf(sdk, region);
    const endpoint = this.endpoint(service, serviceId);
    const isConfigured = hasCredentials(this.#environment);
    if (endpoint === undefined && !isConfigured) {
      const name = environmentName(serviceId);
      throw new AwsUnavailable(
        serviceId,
        `Neither an endpoint for ${serviceId} nor AWS credentials are configured: set AWS_ENDPOINT_URL_${name} (or AWS_ENDPOINT_URL) to a service that stands in for it, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE) to call AWS itself`,
      );
    }
    const credentials = this.#credentialsFor(sdk, { region, roleArn }, { serviceId, endpoint, isConfigured });
    // The default of 50 connections would make other tasks wait for slow ones of the same service.
    const agent = { keepAlive: true, maxSockets: MAX_CONNECTIONS, lookup: guardedLookup(this.#http) };
    const client = sdk.makeClient({
      region,
      ...(endpoint === undefined ? {} : { endpoint, ...(serviceId === "S3" ? { forcePathStyle: true } : {}) }),
      ...(credentials === undefined ? {} : { credentials }),
      requestHandler: sdk.requestHandler({ connectionTimeout: 10_000, httpAgent: agent, httpsAgent: agent }),
    });
    return new Client(sdk, client, endpoint, this.#http);
  }

  /** Undefined where the client is to look for them. */
  #credentialsFor(
    sdk: SdkPackage,
    { region, roleArn }: AwsTarget,
    service: { readonly serviceId: string; readonly endpoint: string | undefined; readonly isConfigured: boolean },
  ): AwsCredentials | (() => Promise<AwsCredentials>) | undefined {
    const { serviceId, endpoint, isConfigured } = service;
    if (roleArn !== undefined) return () => this.#role(serviceId, roleArn, region, isConfigured);
    if (!isConfigured) return ANY_CREDENTIALS;
    // Files in ~/.aws need not hold keys, and what stands in for a service does not need any.
    return endpoint === undefined ? undefined : () => sdk.findCredentials().catch(() => ANY_CREDENTIALS);
  }

  /** Known to the service's client only. */
  #serviceIdOf(sdk: SdkPackage, region: string): string {
    let serviceId = this.#serviceIds.get(sdk.name);
    if (serviceId === undefined) {
      const probe = sdk.makeClient({ region, credentials: ANY_CREDENTIALS });
      serviceId = probe.config.serviceId;
      probe.destroy();
      this.#serviceIds.set(sdk.name, serviceId);
    }
    return serviceId;
  }

  #package(service: string): SdkPackage {
    const name = packageOf(service, this.#folders);
    let found = this.#packages.get(name);
    if (found === undefined) {
      try {
        found = loadPackage(name, this.#folders);
      } catch (error) {
        if (error instanceof PackageFault)
          throw new AwsUnavailable(name.slice("@aws-sdk/client-".length), error.message);
        throw error;
      }
      this.#packages.set(name, found);
    }
    return found;
  }

  /** Keys of a role (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html), kept until shortly before they end. */
  #role(serviceId: string, roleArn: string, region: string, isConfigured: boolean): Promise<AwsCredentials> {
    const known = this.#roles.get(roleArn);
    if (known !== undefined && known.until > Date.now()) return known.credentials;
    const credentials = this.#assume(serviceId, roleArn, region, isConfigured);
    const entry = { credentials, until: Number.POSITIVE_INFINITY };
    keep(this.#roles, roleArn, entry);
    credentials.then(
      ({ expiration }) => {
        entry.until = expiration === undefined ? Date.now() + ROLE_MARGIN : expiration.getTime() - ROLE_MARGIN;
      },
      () => this.#roles.delete(roleArn),
    );
    return credentials;
  }

  async #assume(serviceId: string, roleArn: string, region: string, isConfigured: boolean): Promise<AwsCredentials> {
    const account = accountOfRole(roleArn);
    if (account === undefined) throw new AwsUnavailable(serviceId, `${roleArn} is not the ARN of a role`);
    const sts = this.#endpointOfSts();
    // What stands in for AWS and is called without credentials takes a role's account for its access key.
    if (sts === undefined && !isConfigured) return { accessKeyId: account, secretAccessKey: "test" };
    const client = this.client("sts", { region });
    const action = client.action("assumeRole");
    if (action === undefined) throw new AwsUnavailable("STS", "The client of STS has no AssumeRole");
    const { output } = await client.send(action, { RoleArn: roleArn, RoleSessionName: "pawl" }, { timeout: 30_000 });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = (output.Credentials ?? {}) as {
      AccessKeyId?: string;
      SecretAccessKey?: string;
      SessionToken?: string;
      Expiration?: Date;
    };
    if (AccessKeyId === undefined || SecretAccessKey === undefined) {
      throw new AwsUnavailable("STS", `AssumeRole gave no credentials for ${roleArn}`);
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    };
  }

  #endpointOfSts(): string | undefined {
    try {
      return endpointOf("sts", "STS", this.#endpoints, this.#environment);
    } catch {
      return undefined;
    }
  }
}

/** Those that have been kept longest make room; what they are doing goes on. */
function keep<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  const [oldest] = kept.keys();
  if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(key, value);
}

/** What a state can take is 256 KiB; what it comes in (XML, base64, members that are null) may be some times as long. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** No service can fill the memory: an answer that is longer is not read to its end. */
function limitAnswer(next: SdkHandler): SdkHandler {
  return async (call) => {
    const answer = await next(call);
    const { response } = answer;
    if (!(response?.body instanceof Readable)) return answer;
    let size = 0;
    const limited = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) done(new AnswerTooLarge());
        else done(null, chunk);
      },
    });
    response.body = pipeline(response.body, limited, () => {});
    return answer;
  };
}

/** As many tasks as may well wait for one service. */
const MAX_CONNECTIONS = 10_000;

class Client implements AwsClient {
  readonly package: SdkPackage;
  readonly endpoint: string | undefined;
  readonly #client: SdkClient;
  readonly #http: HttpRules;

  constructor(sdk: SdkPackage, client: SdkClient, endpoint: string | undefined, http: HttpRules) {
    this.#http = http;
    this.package = sdk;
    this.endpoint = endpoint;
    this.#client = client;
  }

  get serviceId(): string {
    return this.#client.config.serviceId;
  }

  action(name: string): SdkAction | undefined {
    return this.package.command(name);
  }

  async send(action: SdkAction, input: object, { signal, traceHeader, ...more }: AwsCall = {}) {
    const { timeout = LONGER_TIMEOUTS[this.serviceId] ?? TIMEOUT } = more;
    const command = action.make(input);
    let headers: Record<string, string> = {};
    command.middlewareStack.add(
      (next) => async (call) => {
        checkHost(call.request.hostname, this.#http);
        if (traceHeader !== undefined) call.request.headers["x-amzn-trace-id"] = traceHeader;
        const answer = await next(call);
        headers = answer.response?.headers ?? {};
        return answer;
      },
      { step: "build", name: "pawlCall" },
    );
    if (!action.isStreamed) {
      command.middlewareStack.add(limitAnswer, { step: "deserialize", name: "pawlLimit", priority: "low" });
    }
    const limit = AbortSignal.timeout(timeout);
    const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    try {
      const { $metadata, ...output } = (await this.#client.send(command, { abortSignal })) as {
        $metadata?: { httpStatusCode?: number; requestId?: string };
      };
      return {
        output,
        status: $metadata?.httpStatusCode ?? 200,
        requestId: $metadata?.requestId ?? headers["x-amzn-requestid"] ?? "",
        headers,
      };
    } catch (error) {
      if (limit.aborted && signal?.aborted !== true) throw new Error(`no answer within ${timeout / 1000} seconds`);
      throw error;
    }
  }

  credentials(): Promise<AwsCredentials> {
    return this.#client.config.credentials();
  }

  close(): void {
    this.#client.destroy();
  }
}
