import { isObject, type Json, parseJson } from "@pawl/asl";
import { type HttpAnswer, type HttpExchange, SocketFault } from "./exchange.js";
import { printForm } from "./form.js";

/** What an EventBridge connection is in AWS: how a service is told who calls, and what goes with each request. */
export interface Connection {
  /** A header with a key. */
  readonly apiKey?: { readonly name: string; readonly value: string } | undefined;
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  /** A token that is got with OAuth's client credentials (RFC 6749, section 4.4). */
  readonly oauth?: OAuthClient | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: Readonly<Record<string, string>> | undefined;
  /** Texts that must come into no history, besides keys, passwords and tokens: those of the above that are secret. */
  readonly secrets?: readonly string[] | undefined;
}

export interface OAuthClient {
  readonly endpoint: string;
  /** Default: POST. */
  readonly method?: "GET" | "POST" | "PUT" | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** With `grant_type`, which is `client_credentials` where it is not here. */
  readonly body?: Readonly<Record<string, string>> | undefined;
}

/** By name, or by whole ARN. */
export type Connections = Readonly<Record<string, Connection>>;

/** What a connection adds to a request. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

/** Why a connection cannot be used: its error, and a sentence without a secret in it. */
export class ConnectionFault extends Error {
  readonly error: string;

  constructor(error: string, message: string) {
    super(message);
    this.error = error;
  }
}

interface Token {
  readonly authorization: Promise<string>;
  until: number;
}

/** A token is asked for anew so long before it ends. */
const TOKEN_MARGIN = 30_000;
/** How long a token is used whose end is not told. */
const TOKEN_TIME = 5 * 60 * 1000;

/** Finds connections and gets their tokens, which are kept until they end. */
export class ConnectionTable {
  readonly #connections: Connections;
  readonly #exchange: HttpExchange;
  readonly #tokens = new Map<OAuthClient, Token>();

  constructor(connections: Connections, exchange: HttpExchange) {
    this.#connections = connections;
    this.#exchange = exchange;
  }

  /**
   * @param reference `arn:aws:events:REGION:ACCOUNT:connection/NAME/UUID`, or a name
   * @throws ConnectionFault where there is none
   */
  named(reference: string): Connection {
    const [, name = reference] = /^arn:[^:]+:events:[^:]*:[^:]*:connection\/([^/]+)(?:\/.*)?$/.exec(reference) ?? [];
    for (const key of [reference, name]) {
      const found = Object.hasOwn(this.#connections, key) ? this.#connections[key] : undefined;
      if (found !== undefined) return found;
    }
    throw new ConnectionFault(
      "Events.ConnectionResource.ResourceNotFound",
      `The configuration has no connection ${name}: add it to the section connections`,
    );
  }

  /** @throws ConnectionFault where no token could be got */
  async authorize(connection: Connection, signal: AbortSignal): Promise<Authorization> {
    const { apiKey, basic, oauth, headers = {}, query = {}, body = {} } = connection;
    const own: Record<string, string> = {};
    if (apiKey !== undefined) own[apiKey.name] = apiKey.value;
    if (basic !== undefined) own.Authorization = basicCredentials(basic.username, basic.password);
    if (oauth !== undefined) own.Authorization = await this.#token(oauth, signal);
    return { headers: { ...headers, ...own }, query, body };
  }

  /** The service did not take the token: the next call gets another one. True where that may help. */
  renew({ oauth }: Connection): boolean {
    return oauth !== undefined && this.#tokens.delete(oauth);
  }

  #token(client: OAuthClient, signal: AbortSignal): Promise<string> {
    const known = this.#tokens.get(client);
    if (known !== undefined && known.until > Date.now()) return known.authorization;
    // Others wait for the same token: it is not given up with this call.
    const asked = this.#askForToken(client, AbortSignal.timeout(TOKEN_MARGIN));
    const token: Token = {
      authorization: asked.then(({ authorization }) => authorization),
      until: Number.POSITIVE_INFINITY,
    };
    this.#tokens.set(client, token);
    asked.then(
      ({ milliseconds }) => {
        token.until = Date.now() + milliseconds;
      },
      () => {
        if (this.#tokens.get(client) === token) this.#tokens.delete(client);
      },
    );
    return abortable(token.authorization, signal);
  }

  async #askForToken(client: OAuthClient, signal: AbortSignal) {
    const { endpoint, method = "POST", clientId, clientSecret, headers = {}, query = {}, body = {} } = client;
    const url = new URL(endpoint);
    const parameters = { grant_type: "client_credentials", ...body };
    for (const [name, value] of Object.entries(method === "GET" ? { ...parameters, ...query } : query)) {
      url.searchParams.append(name, value);
    }
    const failed = (why: string): ConnectionFault =>
      new ConnectionFault(
        "Events.ConnectionResource.InvalidConnectionState",
        `${url.origin}${url.pathname} gave no token: ${why}`,
      );
    let answer: HttpAnswer;
    try {
      answer = await this.#exchange.send(
        {
          method,
          url,
          headers: {
            accept: "application/json",
            authorization: basicCredentials(encodeURIComponent(clientId), encodeURIComponent(clientSecret)),
            ...(method === "GET" ? {} : { "content-type": "application/x-www-form-urlencoded" }),
            ...headers,
          },
          ...(method === "GET" ? {} : { body: printForm(parameters) }),
        },
        signal,
      );
    } catch (error) {
      throw failed(error instanceof SocketFault || error instanceof Error ? error.message : String(error));
    }
    if (answer.status < 200 || answer.status >= 300) throw failed(`it answered with status ${answer.status}`);
    let token: Json;
    try {
      token = parseJson(answer.body);
    } catch {
      throw failed("its answer is not JSON");
    }
    if (!isObject(token) || typeof token.access_token !== "string") throw failed("its answer has no access_token");
    const seconds = Number(token.expires_in ?? Number.NaN);
    return {
      authorization: `Bearer ${token.access_token}`,
      milliseconds: Number.isFinite(seconds) ? Math.max(seconds * 1000 - TOKEN_MARGIN, 0) : TOKEN_TIME,
    };
  }
}

function basicCredentials(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
