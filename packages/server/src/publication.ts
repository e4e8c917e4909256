import { type Publication, ServiceError } from "@pawl/engine";

/**
 * The wish for a version that comes with a state machine that is created or updated.
 * @throws ServiceError ValidationException
 */
export function publicationOf({
  publish,
  versionDescription,
}: {
  readonly publish?: boolean | undefined;
  readonly versionDescription?: string | undefined;
}): { readonly publish?: Publication } {
  if (publish === true) {
    return { publish: versionDescription === undefined ? {} : { description: versionDescription } };
  }
  if (versionDescription !== undefined) {
    throw new ServiceError("ValidationException", "Version description can only be set when publish is true");
  }
  return {};
}
