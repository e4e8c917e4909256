import { type Diagnostic, DiagnosticError, error, type Path } from "../diagnostic.js";
import { ExactNumber, type Fields, UNKNOWN, type Value } from "../value.js";

/** The provider's configuration as code uses it: what is not set is undefined. */
export interface Settings {
  readonly endpoint: string | undefined;
  readonly endpoints: { readonly sfn: string | undefined; readonly sts: string | undefined };
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly accessKey: string | undefined;
  readonly secretKey: string | undefined;
  readonly token: string | undefined;
  readonly configFile: string | undefined;
  readonly credentialsFile: string | undefined;
  readonly allowedAccounts: readonly string[];
  readonly forbiddenAccounts: readonly string[];
  readonly customCaBundle: string | undefined;
  readonly insecure: boolean;
  readonly attempts: number | undefined;
  readonly retryMode: string | undefined;
  readonly stsRegion: string | undefined;
  readonly dualStack: boolean;
  readonly fips: boolean;
  readonly metadata: { readonly url?: string; readonly mode?: string; readonly off: boolean };
  readonly roles: readonly AssumedRole[];
  readonly webIdentity: WebIdentity | undefined;
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly ignoreTags: { readonly keys: readonly string[]; readonly keyPrefixes: readonly string[] };
}

interface Session {
  readonly roleArn: string | undefined;
  readonly sessionName: string | undefined;
  readonly seconds: number | undefined;
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
}

export interface AssumedRole extends Session {
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

export interface WebIdentity extends Session {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
}

/**
 * Reads the provider's configuration. What is unknown counts as not set; {@link unknownArguments} says what that is.
 * @throws DiagnosticError where a value cannot be what it has to be
 */
export function settingsOf(config: Fields): Settings {
  const [endpoints = []] = [blocks(config.endpoints)];
  const first = (...names: readonly string[]): string | undefined =>
    endpoints.flatMap((block) => names.map((name) => text(block[name]))).find((url) => url !== undefined);
  const [tagBlock] = blocks(config.default_tags);
  const [ignored] = blocks(config.ignore_tags);
  const [identity] = blocks(config.assume_role_with_web_identity);
  const metadataUrl = text(config.ec2_metadata_service_endpoint);
  const metadataMode = text(config.ec2_metadata_service_endpoint_mode);
  return {
    endpoint: text(config.endpoint),
    endpoints: { sfn: first("sfn", "stepfunctions"), sts: first("sts") },
    region: text(config.region),
    profile: text(config.profile),
    accessKey: text(config.access_key),
    secretKey: text(config.secret_key),
    token: text(config.token),
    configFile: onlyFile(config, "shared_config_files"),
    credentialsFile: onlyFile(config, "shared_credentials_files"),
    allowedAccounts: texts(config.allowed_account_ids),
    forbiddenAccounts: texts(config.forbidden_account_ids),
    customCaBundle: text(config.custom_ca_bundle),
    insecure: config.insecure === true,
    attempts: attempts(config.max_retries),
    retryMode: retryMode(config.retry_mode),
    stsRegion: text(config.sts_region),
    dualStack: config.use_dualstack_endpoint === true,
    fips: config.use_fips_endpoint === true,
    metadata: {
      ...(metadataUrl === undefined ? {} : { url: metadataUrl }),
      ...(metadataMode === undefined ? {} : { mode: metadataMode }),
      off: text(config.skip_metadata_api_check) === "true",
    },
    roles: blocks(config.assume_role).map((block, index) => ({
      ...session(block, ["assume_role", index]),
      externalId: text(block.external_id),
      sourceIdentity: text(block.source_identity),
      tags: tags(block.tags),
      transitiveTagKeys: texts(block.transitive_tag_keys),
    })),
    webIdentity: identity && {
      ...session(identity, ["assume_role_with_web_identity", 0]),
      token: text(identity.web_identity_token),
      tokenFile: text(identity.web_identity_token_file),
    },
    defaultTags: tags(tagBlock?.tags),
    ignoreTags: { keys: texts(ignored?.keys), keyPrefixes: texts(ignored?.key_prefixes) },
  };
}

/** The arguments that decide where requests go and that are not known yet. */
export function unknownArguments(config: Fields): readonly string[] {
  const decisive = ["endpoint", "endpoints", "region", "profile", "access_key", "secret_key", "token", "assume_role"];
  return decisive.filter((name) => holdsUnknown(config[name] ?? null));
}

/** What can be said of a configuration before anything is asked of the service. */
export function settingsFaults(config: Fields): readonly Diagnostic[] {
  const keys = (["access_key", "secret_key"] as const).filter((name) => config[name] !== null && config[name] !== "");
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    const missing = only === "access_key" ? "secret_key" : "access_key";
    return [error("Incomplete credentials", `${only} is set without ${missing}: both are needed.`, [only])];
  }
  return [];
}

function session(block: Fields, path: Path): Session {
  return {
    roleArn: text(block.role_arn),
    sessionName: text(block.session_name),
    seconds: duration(block.duration, [...path, "duration"]),
    policy: text(block.policy),
    policyArns: texts(block.policy_arns),
  };
}

/** An empty text is what configurations pass for nothing, as `profile = ""`. */
function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function tags(value: Value | undefined): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(entries);
}

function blocks(value: Value | undefined): readonly Fields[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item) => typeof item === "object" && item !== null) as readonly Fields[];
}

function onlyFile(config: Fields, name: string): string | undefined {
  const files = texts(config[name]);
  if (files.length > 1) {
    throw new DiagnosticError(
      error("Too many files", `${name} names ${files.length} files: this provider reads one.`, [name]),
    );
  }
  return files[0];
}

function attempts(value: Value | undefined): number | undefined {
  if (typeof value !== "number" && !(value instanceof ExactNumber)) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return Math.max(1, value);
  throw new DiagnosticError(error("Invalid number of retries", "max_retries is a whole number.", ["max_retries"]));
}

function retryMode(value: Value | undefined): string | undefined {
  const mode = text(value);
  if (mode === undefined || mode === "standard" || mode === "adaptive") return mode;
  throw new DiagnosticError(
    error("Invalid retry mode", `retry_mode is '${mode}': it must be standard or adaptive.`, ["retry_mode"]),
  );
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** A duration as Go writes it, in seconds: `1h30m`, `900s`. */
function duration(value: Value | undefined, path: Path): number | undefined {
  const written = text(value);
  if (written === undefined) return undefined;
  if (!/^(?:\d+(?:\.\d+)?[hms])+$/.test(written)) {
    throw new DiagnosticError(
      error("Invalid duration", `'${written}' is no duration: it must be one such as 1h or 15m.`, path),
    );
  }
  const parts = [...written.matchAll(/([\d.]+)([hms])/g)];
  return parts.reduce((sum, [, amount, unit = "s"]) => sum + Number(amount) * (UNITS[unit] ?? 1), 0);
}

function holdsUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return false;
  return Object.values(value as Fields).some(holdsUnknown);
}
