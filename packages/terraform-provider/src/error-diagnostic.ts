import { type Diagnostic, error } from "./diagnostic.js";

/** Where the requests of an operation went, to be named in what is told of a fault. */
export interface Service {
  /** A URL, undefined for AWS. */
  readonly endpoint: string | undefined;
}

/**
 * What a person reads of an error: what was wrong and what to do. Errors of the AWS SDK and of the service keep their names and their
 * texts (https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html).
 */
export function errorDiagnostic(thrown: unknown, service: Service): Diagnostic {
  const { name, message, code } = described(thrown);
  const connection = [code, name].find((each) => each !== undefined && CONNECTION_FAULTS.has(each));
  if (connection !== undefined) return noAnswer(connection, service);
  if (message === "Region is missing") {
    return error("No region", "Set region in the provider's configuration, or AWS_REGION in the environment.");
  }
  const advice = ROLE.test(message) ? UNASSUMABLE : ADVICE.find(([pattern]) => pattern.test(name))?.[1];
  const said = message === "" || message === "UnknownError" ? name : `${name}: ${message}`;
  if (advice !== undefined) return error(advice.summary, `${said}\n${advice.detail}`);
  return isOfService(thrown) ? error(name, message) : error("Unexpected error", said);
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

/** What the service says of a role that it cannot take on, under the name AccessDeniedException. */
const ROLE = /authorized to assume the provided role/;

const UNASSUMABLE = {
  summary: "The role cannot be assumed",
  detail: "The trust policy of the role must allow states.amazonaws.com the action sts:AssumeRole.",
};

const ADVICE: readonly (readonly [RegExp, { readonly summary: string; readonly detail: string }])[] = [
  [
    /^(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|ThrottledException)$/,
    {
      summary: "Throttled",
      detail:
        "The account's rate for this call is used up, also after trying again. Apply with a lower -parallelism, raise max_retries in the " +
        "provider's configuration, or ask AWS for a higher quota.",
    },
  ],
  [
    /^(?:AccessDenied|AccessDeniedException|NotAuthorized|UnauthorizedOperation)$/,
    {
      summary: "Access denied",
      detail: "The credentials are known but lack the permission that the message names: add it to their IAM policy.",
    },
  ],
  [
    /^(?:CredentialsProviderError|MissingAuthenticationToken|MissingAuthenticationTokenException)$/,
    {
      summary: "No AWS credentials",
      detail:
        "Set profile, or access_key and secret_key, in the provider's configuration, or AWS_PROFILE or AWS_ACCESS_KEY_ID and " +
        'AWS_SECRET_ACCESS_KEY in the environment. For a Pawl server set endpoint = "pawl", or PAWL_ENDPOINT in the environment: it ' +
        "needs none.",
    },
  ],
  [
    /^(?:ExpiredToken|ExpiredTokenException|RequestExpired)$/,
    {
      summary: "Credentials have expired",
      detail: "Log in again (aws sso login, or whatever gave them), and apply again.",
    },
  ],
  [
    /^(?:UnrecognizedClientException|InvalidSignatureException|IncompleteSignature|InvalidClientTokenId|SignatureDoesNotMatch)$/,
    {
      summary: "Credentials not accepted",
      detail: "The service does not know these credentials: check the profile or the keys, and this machine's clock.",
    },
  ],
  [
    /^(?:StateMachineAlreadyExists|ActivityAlreadyExists)$/,
    {
      summary: "There is one of this name already",
      detail: "Bring it under Terraform with an import block or terraform import, or choose another name.",
    },
  ],
  [
    /^(?:StateMachineLimitExceeded|ActivityLimitExceeded|ServiceQuotaExceededException|TooManyTags)$/,
    {
      summary: "A quota is used up",
      detail: "Delete what is no longer used, or ask for a higher quota.",
    },
  ],
  [
    /^(?:StateMachineDoesNotExist|ActivityDoesNotExist|ResourceNotFound)$/,
    {
      summary: "Not found",
      detail: "Check the ARN, and that account, region and endpoint of the provider are those in which it was created.",
    },
  ],
  [
    /^(?:ServiceUnavailable|ServiceUnavailableException|InternalFailure|InternalServerError|InternalServerException)$/,
    {
      summary: "The service failed",
      detail: "This is a fault of the service, also after trying again: apply again later.",
    },
  ],
];

function noAnswer(code: string, { endpoint }: Service): Diagnostic {
  return endpoint === undefined
    ? error("AWS cannot be reached", `${code}. Check the network, and that the region exists.`)
    : error(
        "No answer from the endpoint",
        `Nobody answers at ${endpoint} (${code}). Start a Pawl server with 'pawl start', or set another endpoint in the ` +
          "provider's configuration or in PAWL_ENDPOINT.",
      );
}

function described(thrown: unknown): {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
} {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown), code: undefined };
  const { code } = thrown as { code?: unknown };
  return { name: thrown.name, message: thrown.message, code: typeof code === "string" ? code : undefined };
}

/** Errors that came as answers have what they came with. */
function isOfService(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "$metadata" in thrown;
}
