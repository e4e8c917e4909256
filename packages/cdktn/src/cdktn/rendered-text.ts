import { DefaultTokenResolver, StringConcat, Tokenization } from "cdktn";
import type { IConstruct } from "constructs";

const RESOLVER = new DefaultTokenResolver(new StringConcat());

/** A value as it will stand in the JSON of the stack, every token replaced by what it stands for. */
export function renderedText(value: unknown, scope: IConstruct): string {
  return JSON.stringify(Tokenization.resolve(value, { scope, resolver: RESOLVER })) ?? "";
}
