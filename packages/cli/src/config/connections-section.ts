import type { Connection, Connections, OAuthClient } from "@pawl/engine";
import type { ConfigValue } from "./config-value.js";

const METHODS = ["GET", "POST", "PUT"] as const;

/** `connections`: what EventBridge connections are in AWS, by name or ARN. */
export function connectionsSection(section: ConfigValue): Connections {
  const connections = new Map<string, Connection>();
  for (const [name, value] of section.entries() ?? []) {
    if (!/^(?:arn:[^:\s]+:events:[^\s]+|[.\-_A-Za-z0-9]{1,64})$/.test(name)) {
      value.wrong("is no connection: a name of up to 64 letters, digits and . - _, or an ARN");
    }
    connections.set(name, connectionOf(value));
  }
  return Object.fromEntries(connections);
}

function connectionOf(value: ConfigValue): Connection {
  const given = value.members(["apiKey", "basic", "oauth", "headers", "query", "body"]);
  const secrets: string[] = [];
  const kinds = [given.apiKey, given.basic, given.oauth].filter((kind) => kind !== undefined);
  if (kinds.length > 1) value.wrong("can have only one of apiKey, basic and oauth");
  const apiKey = given.apiKey?.members(["name", "value"]);
  const basic = given.basic?.members(["username", "password"]);
  return {
    ...(apiKey === undefined
      ? {}
      : {
          apiKey: {
            name: required(given.apiKey, apiKey, "name", secrets),
            value: required(given.apiKey, apiKey, "value", secrets),
          },
        }),
    ...(basic === undefined
      ? {}
      : {
          basic: {
            username: required(given.basic, basic, "username", secrets),
            password: required(given.basic, basic, "password", secrets),
          },
        }),
    ...(given.oauth === undefined ? {} : { oauth: oauthOf(given.oauth, secrets) }),
    ...additions(given, secrets),
    ...(secrets.length === 0 ? {} : { secrets }),
  };
}

function oauthOf(value: ConfigValue, secrets: string[]): OAuthClient {
  const given = value.members(["endpoint", "method", "clientId", "clientSecret", "headers", "query", "body"]);
  if (given.endpoint === undefined) value.wrong("must have endpoint");
  const method = given.method?.oneOf(METHODS);
  return {
    endpoint: given.endpoint?.url() ?? "",
    clientId: required(value, given, "clientId", secrets),
    clientSecret: required(value, given, "clientSecret", secrets),
    ...(method === undefined ? {} : { method }),
    ...additions(given, secrets),
  };
}

/** What goes with each request. */
function additions(given: Partial<Record<"headers" | "query" | "body", ConfigValue>>, secrets: string[]) {
  const texts = (value: ConfigValue | undefined): Record<string, string> | undefined =>
    value && Object.fromEntries((value.entries() ?? []).map(([name, member]) => [name, secret(member, secrets)]));
  const { headers, query, body } = given;
  return {
    ...(headers === undefined ? {} : { headers: texts(headers) }),
    ...(query === undefined ? {} : { query: texts(query) }),
    ...(body === undefined ? {} : { body: texts(body) }),
  };
}

function required<Name extends string>(
  value: ConfigValue | undefined,
  given: Partial<Record<Name, ConfigValue>>,
  name: Name,
  secrets: string[],
): string {
  const member = given[name];
  if (member === undefined) {
    value?.wrong(`must have ${name}`);
    return "";
  }
  return secret(member, secrets);
}

/**
 * A text, or `{ "env": "NAME" }`: what a variable of the environment holds, so that no secret stands in the file.
 * @param secrets gets what comes from the environment
 */
function secret(value: ConfigValue, secrets: string[]): string {
  if (value.isText) return value.text() ?? "";
  const { env } = value.members(["env"]);
  const name = env?.text("the name of a variable of the environment");
  if (env === undefined) value.wrong('must be a text, or { "env": "NAME" }');
  if (name === undefined) return "";
  const { [name]: found } = process.env;
  if (found === undefined || found === "") {
    env?.wrong(`names the variable ${name}, which is not set in the environment`);
    return "";
  }
  secrets.push(found);
  return found;
}
