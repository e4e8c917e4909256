import { ServiceError, type Tag } from "@pawl/engine";

/** https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html: tags of one resource. */
const mostTags = 50;

/**
 * The tags of a new resource: of a key that is given twice, the last value; no value is the empty one.
 * @throws ServiceError TooManyTags, ValidationException, AccessDeniedException
 */
export function tagsOf(
  tags: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] = [],
): Tag[] {
  const values = new Map<string, string>();
  for (const { key, value = "" } of tags) {
    if (key === undefined) {
      throw new ServiceError("ValidationException", "Tag key must not be null");
    }
    if (key.toLowerCase().startsWith("aws:")) {
      throw new ServiceError("AccessDeniedException", "Caller is an end user and not allowed to mutate system tags");
    }
    values.set(key, value);
  }
  if (values.size > mostTags) {
    throw new ServiceError("TooManyTags", `A resource can have at most ${mostTags} tags`);
  }
  return Array.from(values, ([key, value]) => ({ key, value }));
}
