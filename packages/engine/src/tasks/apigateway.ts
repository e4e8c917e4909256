import { isObject, type Json, printJson } from "@pawl/asl";
import { type AwsClients, AwsUnavailable } from "./aws/aws-clients.js";
import { targetOf } from "./aws/aws-sdk.js";
import { signed } from "./aws/request-signing.js";
import { CallParameters } from "./http/call-parameters.js";
import { type HttpAnswer, type HttpExchange, type HttpMessage, SocketFault } from "./http/exchange.js";
import { textOf } from "./http/form.js";
import { failureOf, readBody } from "./http/http-task.js";
import { TaskError, type TaskHandler, type TaskRequest } from "./task-handler.js";

/**
 * `apigateway:invoke` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html): APIs of API Gateway, and
 * what stands in for it at the endpoint `execute-api`.
 */
export function apiGatewayTask(exchange: HttpExchange, clients: AwsClients): TaskHandler {
  return async (request, signal) => {
    const { message, isSigned } = readCall(request);
    try {
      const authorized = isSigned ? await withSignature(message, clients, request) : message;
      return resultOf(await exchange.send(throughEndpoint(authorized, clients), signal));
    } catch (error) {
      if (error instanceof AwsUnavailable || error instanceof SocketFault) {
        throw new TaskError("ApiGateway.SdkClientException", `Unable to execute HTTP request: ${error.message}`);
      }
      throw failureOf(error);
    }
  };
}

const AUTH_TYPES = ["NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"];
/** Headers that the service does not let a state set. */
const REFUSED =
  /^(?:x-forwarded-.*|x-amz-.*|x-amzn-.*|authorization|connection|content-md5|date|expect|host|max-forwards|proxy-authenticate|server|te|transfer-encoding|trailer|upgrade|via|www-authenticate)$/i;

/** @throws TaskError in the service's words where the parameters say no request */
function readCall(request: TaskRequest): { readonly message: HttpMessage; readonly isSigned: boolean } {
  const parameters = new CallParameters(request);
  const host = parameters.endpoint();
  const method = parameters.method();
  const { Stage = "", Path = "", AuthType = "NO_AUTH", AllowNullValues, RequestBody: body = null } = parameters.given;
  if (typeof AuthType !== "string" || !AUTH_TYPES.includes(AuthType)) throw parameters.invalid("AuthType");
  if (typeof Stage !== "string") throw parameters.invalid("Stage");
  if (typeof Path !== "string") throw parameters.invalid("Path");
  const address = /^https?:\/\//.test(host) ? host : `https://${host}`;
  if (!URL.canParse(address)) throw parameters.invalid("ApiEndpoint");
  const url = new URL(address);
  url.pathname = [url.pathname, Stage, Path]
    .map((part) => part.replace(/^\/|\/$/g, ""))
    .filter((part) => part !== "")
    .join("/");
  for (const [name, values] of parameters.lists("QueryParameters")) {
    for (const value of values) url.searchParams.append(name, value);
  }
  const headers = parameters.lists("Headers");
  for (const [name, values] of headers) parameters.checkHeader(name, values, REFUSED);
  const hasType = headers.some(([name]) => name.toLowerCase() === "content-type");
  return {
    message: {
      method,
      url,
      headers: {
        ...(body === null || hasType ? {} : { "Content-Type": "application/json" }),
        ...Object.fromEntries(headers.map(([name, values]) => [name, values.length === 1 ? values.join() : values])),
      },
      ...(body === null ? {} : { body: textOf(AllowNullValues === true ? body : withoutNull(body)) }),
    },
    isSigned: AuthType === "IAM_ROLE",
  };
}

/** Members that are null are not sent, unless AllowNullValues says so. */
function withoutNull(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNull(member)]),
  );
}

async function withSignature(message: HttpMessage, clients: AwsClients, request: TaskRequest): Promise<HttpMessage> {
  const target = targetOf(request);
  const credentials = await clients.credentials(target);
  return signed(message, { service: "execute-api", region: target.region, credentials });
}

/** What stands in for API Gateway tells APIs apart by the host that is asked for. */
function throughEndpoint(message: HttpMessage, clients: AwsClients): HttpMessage {
  const { url, headers } = message;
  const endpoint = /\.amazonaws\.com(?:\.cn)?$/.test(url.hostname)
    ? clients.endpoint("execute-api", "execute-api")
    : undefined;
  if (endpoint === undefined) return message;
  const address = new URL(endpoint);
  address.pathname = `${address.pathname.replace(/\/$/, "")}${url.pathname}`;
  address.search = url.search;
  return { ...message, url: address, headers: { ...headers, host: url.host } };
}

/** @throws TaskError `ApiGateway.403` and the like, with the API's answer as cause */
function resultOf({ status, statusText, headers, body }: HttpAnswer): string {
  if (status < 200 || status >= 300) throw new TaskError(`ApiGateway.${status}`, body === "" ? statusText : body);
  const content = readBody(body, headers);
  return printJson({
    Headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]])),
    ...(content === "" ? {} : { ResponseBody: content }),
    StatusCode: status,
    StatusText: statusText,
  });
}
