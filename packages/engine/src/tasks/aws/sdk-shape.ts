/**
 * What an AWS SDK client knows of its API's data, as far as this code reads it: `NormalizedSchema` of `@smithy/core/schema`, in
 * the copy that belongs to the client.
 */
export interface SdkShape {
  /** The same object for the same type. */
  getSchema(): unknown;
  getName(): string | undefined;
  isStructSchema(): boolean;
  isUnionSchema(): boolean;
  isListSchema(): boolean;
  isMapSchema(): boolean;
  isBlobSchema(): boolean;
  isTimestampSchema(): boolean;
  isStringSchema(): boolean;
  isBooleanSchema(): boolean;
  isNumericSchema(): boolean;
  isBigIntegerSchema(): boolean;
  isBigDecimalSchema(): boolean;
  isDocumentSchema(): boolean;
  isStreaming(): boolean;
  isIdempotencyToken(): boolean;
  /** Of lists and maps. */
  getValueSchema(): SdkShape;
  /** The members of a structure. */
  structIterator(): Iterable<[string, SdkShape]>;
}

export interface SdkOperation {
  readonly input: SdkShape;
  readonly output: SdkShape;
}
