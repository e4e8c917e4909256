import { DiagnosticError, error, type Path } from "../diagnostic.js";

/** Where requests go. */
export type Endpoint =
  | { readonly kind: "aws" }
  /** A Pawl server, or what is as near: nothing of the credentials of this machine's user is sent there. */
  | { readonly kind: "pawl"; readonly url: string }
  /** What answers in place of AWS, and gets the credentials that AWS would get. */
  | { readonly kind: "substitute"; readonly url: string };

/** Where `pawl start` serves. */
export const PAWL_URL = "http://127.0.0.1:8083";

const LOOPBACK = /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Where Step Functions is: `endpoint` (where that is `pawl`, what PAWL_ENDPOINT says), else `endpoints { sfn }`, else PAWL_ENDPOINT, else AWS_ENDPOINT_URL_SFN or AWS_ENDPOINT_URL as the SDK has them, else
 * AWS.
 * @throws DiagnosticError where one that counts is no URL
 */
export function endpointOf(
  configured: { readonly endpoint: string | undefined; readonly sfn: string | undefined },
  environment: NodeJS.ProcessEnv,
): Endpoint {
  const { endpoint, sfn } = configured;
  const { PAWL_ENDPOINT: pawl, AWS_ENDPOINT_URL_SFN: aws } = environment;
  // "pawl" says what is meant, and the environment where that is: a configuration stays as it is on every machine.
  const named = endpoint === "pawl" && pawl !== undefined && !["", "aws"].includes(pawl) ? undefined : endpoint;
  if (named !== undefined) return ours(named, "The argument endpoint", ["endpoint"]);
  if (sfn !== undefined && endpoint === undefined) return substitute(sfn, "The endpoint of sfn", ["endpoints"]);
  if (pawl !== undefined && pawl !== "") return ours(pawl, "PAWL_ENDPOINT in the environment");
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === "true") return { kind: "aws" };
  const url = aws || environment.AWS_ENDPOINT_URL;
  return url === undefined || url === "" ? { kind: "aws" } : substitute(url, "AWS_ENDPOINT_URL in the environment");
}

function ours(text: string, from: string, path?: Path): Endpoint {
  if (text === "aws") return { kind: "aws" };
  return { kind: "pawl", url: text === "pawl" ? PAWL_URL : checked(text, from, path) };
}

function substitute(text: string, from: string, path?: Path): Endpoint {
  const url = checked(text, from, path);
  return { kind: LOOPBACK.test(new URL(url).hostname) ? "pawl" : "substitute", url };
}

function checked(text: string, from: string, path?: Path): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new DiagnosticError(
    error("Invalid endpoint", `${from} is '${text}': it must be a URL such as ${PAWL_URL}.`, path),
  );
}
