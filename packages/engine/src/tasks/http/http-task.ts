import { isObject, type Json, type JsonObject, parseJson, printJson } from "@pawl/asl";
import { tooLarge } from "../../transition/data-limit.js";
import { type HttpInspector, TaskError, type TaskHandler, type TaskRequest } from "../task-handler.js";
import { AddressRefused } from "./address-guard.js";
import { CallParameters } from "./call-parameters.js";
import { type Authorization, type Connection, ConnectionFault, type ConnectionTable } from "./connections.js";
import { AnswerTooLarge, type HttpAnswer, type HttpExchange, type HttpMessage, SocketFault } from "./exchange.js";
import { ARRAY_FORMATS, type ArrayFormat, printForm, textOf } from "./form.js";

/** `http:invoke` (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html). */
export function httpTask(exchange: HttpExchange, connections: ConnectionTable): TaskHandler {
  return async (request, signal) => {
    const call = readCall(request);
    try {
      const connection = call.connection === undefined ? {} : connections.named(call.connection);
      let answer = await invoke(call, connection, request, signal);
      // A token may have been taken back before its time.
      if ((answer.status === 401 || answer.status === 407) && connections.renew(connection)) {
        answer = await invoke(call, connection, request, signal);
      }
      return resultOf(answer);
    } catch (error) {
      throw failureOf(error);
    }
  };

  async function invoke(call: HttpCall, connection: Connection, request: TaskRequest, signal: AbortSignal) {
    const authorization = await connections.authorize(connection, signal);
    const message = messageOf(call, authorization, request);
    const shown = (): HttpMessage =>
      request.http?.revealSecrets === true ? message : messageOf(call, NOTHING, request);
    try {
      const answer = withoutSecrets(await exchange.send(message, signal), secretsOf(connection, authorization));
      inspect(request.http, shown, answer);
      return answer;
    } catch (error) {
      inspect(request.http, shown, undefined);
      throw error;
    }
  }
}

const NOTHING: Authorization = { headers: {}, query: {}, body: {} };

/** What the state asks for. */
interface HttpCall {
  readonly endpoint: URL;
  readonly method: string;
  /** Its ARN or name. */
  readonly connection: string | undefined;
  readonly headers: JsonObject;
  readonly query: JsonObject;
  readonly body: Json | undefined;
  readonly form: ArrayFormat | undefined;
}

/** The service sets these itself, or uses them for the connection. */
const RESERVED = /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect)$/i;

/** @throws TaskError in the service's words where the parameters say no request */
function readCall(request: TaskRequest): HttpCall {
  const parameters = new CallParameters(request);
  const endpoint = parameters.endpoint();
  const method = parameters.method();
  if (!URL.canParse(endpoint) || !/^https?:\/\//i.test(endpoint)) throw parameters.invalid("ApiEndpoint");
  const headers = parameters.object("Headers");
  for (const [name, value] of Object.entries(headers)) parameters.checkHeader(name, headerTexts(value), RESERVED);
  const { RequestBodyEncoding: encoding = "NONE", RequestEncodingOptions: options = null } =
    parameters.object("Transform");
  if (encoding !== "NONE" && encoding !== "URL_ENCODED") throw parameters.invalid("RequestBodyEncoding");
  const format = (isObject(options) ? options.ArrayFormat : undefined) ?? "INDICES";
  const known = ARRAY_FORMATS.find((each) => each === format);
  if (known === undefined) throw parameters.invalid("ArrayFormat");
  const isForm =
    encoding === "URL_ENCODED" || /^application\/x-www-form-urlencoded\b/i.test(contentTypeOf(headers) ?? "");
  const { RequestBody: body = null } = parameters.given;
  return {
    endpoint: new URL(endpoint),
    method,
    connection: connectionOf(parameters.given),
    headers,
    query: parameters.object("QueryParameters"),
    body: body === null ? undefined : body,
    form: isForm ? known : undefined,
  };
}

function contentTypeOf(headers: JsonObject): string | undefined {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type") ?? [];
  return value === undefined ? undefined : headerTexts(value).join();
}

/** Who calls is said with `Authentication`, how it is reached (which is the same here) with `InvocationConfig`. */
function connectionOf({ Authentication: authentication, InvocationConfig: config }: JsonObject): string | undefined {
  for (const holder of [authentication, config]) {
    const arn = isObject(holder) ? holder.ConnectionArn : undefined;
    if (typeof arn === "string") return arn;
  }
  return undefined;
}

/** What a connection adds stands above what the state says. */
function messageOf(call: HttpCall, authorization: Authorization, { execution }: TaskRequest): HttpMessage {
  const url = new URL(call.endpoint);
  for (const [name, value] of Object.entries({ ...call.query, ...authorization.query })) {
    for (const text of Array.isArray(value) ? value.map(textOf) : [textOf(value)]) url.searchParams.append(name, text);
  }
  const headers = new Map<string, [name: string, value: string[]]>();
  const add = (name: string, value: Json): void => {
    headers.set(name.toLowerCase(), [name, headerTexts(value)]);
  };
  add("User-Agent", `Amazon|StepFunctions|HttpInvoke|${execution.region}`);
  add("Range", "bytes=0-262144");
  const body = bodyOf(call, authorization);
  if (body !== undefined) {
    add(
      "Content-Type",
      call.form === undefined ? "application/json;charset=UTF-8" : "application/x-www-form-urlencoded;charset=UTF-8",
    );
  }
  if (execution.traceHeader !== undefined) add("X-Amzn-Trace-Id", execution.traceHeader);
  for (const [name, value] of Object.entries(call.headers)) add(name, value);
  for (const [name, value] of Object.entries(authorization.headers)) add(name, value);
  return {
    method: call.method,
    url,
    headers: Object.fromEntries(
      [...headers.values()].map(([name, [first = "", ...more]]) => [
        name,
        more.length === 0 ? first : [first, ...more],
      ]),
    ),
    ...(body === undefined ? {} : { body }),
  };
}

function headerTexts(value: Json): string[] {
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)];
}

function bodyOf({ body, form, headers }: HttpCall, { body: added }: Authorization): string | undefined {
  const hasMore = Object.keys(added).length > 0;
  const whole: Json | undefined = hasMore ? { ...(isObject(body) ? body : {}), ...added } : body;
  if (whole === undefined) return undefined;
  if (form !== undefined) return typeof whole === "string" ? whole : printForm(whole, form);
  const isJson = /json/i.test(contentTypeOf(headers) ?? "json");
  // A text of another type than JSON (XML, plain) goes as it is.
  return typeof whole === "string" && !isJson ? whole : printJson(whole);
}

/** Shorter texts stand everywhere: to mask them would tell more than it hides. */
const SHORTEST_SECRET = 8;

/** What must not come into a history: the connection's secrets, which some services repeat in their answers. */
function secretsOf({ apiKey, basic, oauth, secrets: more = [] }: Connection, { headers }: Authorization): string[] {
  const [, token] = /^(?:Basic|Bearer) (.+)$/.exec(headers.Authorization ?? "") ?? [];
  const secrets = [apiKey?.value, basic?.password, oauth?.clientSecret, token, ...more];
  return secrets.filter((secret): secret is string => secret !== undefined && secret.length >= SHORTEST_SECRET);
}

function withoutSecrets(answer: HttpAnswer, secrets: readonly string[]): HttpAnswer {
  const masked = (text: string): string => secrets.reduce((sofar, secret) => sofar.replaceAll(secret, "*****"), text);
  if (secrets.length === 0) return answer;
  const headers = Object.entries(answer.headers).map(([name, values]) => [name, values.map(masked)]);
  return { ...answer, headers: Object.fromEntries(headers), body: masked(answer.body) };
}

/** @throws TaskError States.Http.StatusCode.NNN where the service did not do what was asked */
function resultOf({ status, statusText, headers, body }: HttpAnswer): string {
  if (status < 200 || status >= 300)
    throw new TaskError(`States.Http.StatusCode.${status}`, body === "" ? statusText : body);
  return printJson({
    Headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]])),
    ResponseBody: readBody(body, headers),
    StatusCode: status,
    StatusText: statusText,
  });
}

/** JSON is taken as such, everything else as text. */
export function readBody(body: string, headers: HttpAnswer["headers"]): Json {
  const [type = ""] = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? [];
  if (!/\bjson\b/i.test(type)) return body;
  try {
    return parseJson(body);
  } catch {
    return body;
  }
}

/** What no answer came to, as a state sees it. */
export function failureOf(error: unknown): unknown {
  if (error instanceof ConnectionFault) return new TaskError(error.error, error.message);
  if (error instanceof SocketFault) return new TaskError("States.Http.Socket", error.message);
  if (error instanceof AddressRefused) return new TaskError("States.Http.Socket", error.message);
  if (error instanceof AnswerTooLarge) {
    const { error: name, cause } = tooLarge("http");
    return new TaskError(name, cause);
  }
  return error;
}

function inspect(inspector: HttpInspector | undefined, shown: () => HttpMessage, answer: HttpAnswer | undefined): void {
  if (inspector === undefined) return;
  const { method, url, headers, body } = shown();
  const protocol = url.protocol.slice(0, -1);
  inspector.exchanged(
    {
      protocol,
      method,
      url: url.href,
      headers: printJson(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value as Json]))),
      ...(body === undefined ? {} : { body }),
    },
    answer && {
      protocol,
      statusCode: String(answer.status),
      statusMessage: answer.statusText,
      headers: printJson(
        Object.fromEntries(Object.entries(answer.headers).map(([name, values]) => [name, [...values]])),
      ),
      body: answer.body,
    },
  );
}
