import type { BooleanShape, ListShape, MemberShapes, NumberShape, Shape, StructureShape, TextShape } from "./shape.js";

// The shapes that several operations share, with the limits of the API model of 2016-11-23.

const text = <const T extends Omit<TextShape, "kind">>(limits: T): T & { readonly kind: "text" } => ({
  kind: "text",
  ...limits,
});

const integer = (min: number, max: number = 2 ** 31 - 1): NumberShape => ({ kind: "integer", min, max });

const listOf = <const S extends Shape>(
  of: S,
  limits: { readonly min?: number; readonly max?: number } = {},
): ListShape<S> => ({ kind: "list", of, ...limits });

/** A structure; `required` names the members that must be there. */
export function structure<const M extends MemberShapes, const R extends keyof M & string = never>(
  name: string,
  required: readonly R[],
  members: M,
): StructureShape<M, R> {
  return { kind: "structure", name, required, members };
}

export const boolean: BooleanShape = { kind: "boolean" };

export const arn = text({ min: 1, max: 256 });
export const longArn = text({ min: 1, max: 2000 });
/** The characters of a name are another rule, with an error of its own: see name.ts. */
export const name = text({ min: 1, max: 80 });
export const aliasName = text({
  min: 1,
  max: 80,
  pattern: "^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$",
  expression: /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/,
});
export const definition = text({ min: 1, max: 1_048_576, sensitive: true });
/** Input or output of an execution, a state or a task: JSON, limited in UTF-8 bytes. */
export const payload = text({ maxBytes: 262_144, sensitive: true });
export const description = text({ max: 256, sensitive: true });
export const revisionId = text({});
export const traceHeader = text({ min: 0, max: 256, pattern: "\\p{ASCII}*", expression: /^\p{ASCII}*$/u });
export const clientToken = text({ min: 1, max: 64, pattern: "[!-~]+", expression: /^[!-~]+$/ });
export const taskToken = text({ min: 1, max: 2048 });
export const error = text({ min: 0, max: 256, sensitive: true });
export const cause = text({ min: 0, max: 32_768, sensitive: true });
export const testedStateName = text({ min: 1, max: 80, sensitive: true });

export const pageSize = integer(0, 1000);
export const pageToken = text({ min: 1, max: 1024 });
export const executionsPageToken = text({ min: 1, max: 3096 });
export const diagnosticsPageSize = integer(0, 100);
export const count = integer(0);
export const longCount: NumberShape = { kind: "long", min: 0 };
export const percentage: NumberShape = { kind: "float", min: 0, max: 100 };

export const stateMachineType = text({ values: ["STANDARD", "EXPRESS"] });
/** The one list of values whose order the service was heard to print. */
export const executionStatus = text({
  values: ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"],
});
export const redriveFilter = text({ values: ["REDRIVEN", "NOT_REDRIVEN"] });
export const includedData = text({ values: ["ALL_DATA", "METADATA_ONLY"] });
export const inspectionLevel = text({ values: ["INFO", "DEBUG", "TRACE"] });
export const severity = text({ values: ["ERROR", "WARNING"] });

export const tagKey = text({ min: 1, max: 128 });
export const tags = listOf(structure("Tag", [], { key: tagKey, value: text({ min: 0, max: 256 }) }));
export const tagKeys = listOf(tagKey);

export const encryptionConfiguration = structure("EncryptionConfiguration", ["type"], {
  kmsKeyId: text({ min: 1, max: 2048 }),
  kmsDataKeyReusePeriodSeconds: integer(60, 900),
  type: text({ values: ["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"] }),
});

export const loggingConfiguration = structure("LoggingConfiguration", [], {
  level: text({ values: ["ALL", "ERROR", "FATAL", "OFF"] }),
  includeExecutionData: boolean,
  destinations: listOf(
    structure("LogDestination", [], {
      cloudWatchLogsLogGroup: structure("CloudWatchLogsLogGroup", [], { logGroupArn: arn }),
    }),
  ),
});

export const tracingConfiguration = structure("TracingConfiguration", [], { enabled: boolean });

export const routingConfiguration = listOf(
  structure("RoutingConfigurationListItem", ["stateMachineVersionArn", "weight"], {
    stateMachineVersionArn: arn,
    weight: integer(0, 100),
  }),
  { min: 1, max: 2 },
);

export const mock = structure("MockInput", [], {
  result: payload,
  errorOutput: structure("MockErrorOutput", [], { error, cause }),
  fieldValidationMode: text({ values: ["STRICT", "PRESENT", "NONE"] }),
});

export const testStateConfiguration = structure("TestStateConfiguration", [], {
  retrierRetryCount: count,
  errorCausedByState: testedStateName,
  mapIterationFailureCount: count,
  mapItemReaderData: payload,
});
