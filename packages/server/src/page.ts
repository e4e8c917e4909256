import type { PageRequest } from "@pawl/engine";

/** What a page holds where the request does not say, or says 0. */
const defaultPageSize = 100;

/** The page that a list operation is asked for. */
export function pageOf(input: {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}): PageRequest {
  return {
    maxResults: input.maxResults || defaultPageSize,
    ...(input.nextToken !== undefined && { nextToken: input.nextToken }),
  };
}
