import type { Json } from "@pawl/asl";
import type { ListedObject } from "../object-store/object-store.js";

/** The objects of a listing as items: what the service gives of them (page "ItemReader (Map)", "A list of Amazon S3 objects"). */
export function itemOfListed({ etag, key, lastModified, size, storageClass }: ListedObject): Json {
  return {
    Etag: etag,
    Key: key,
    // Seconds since the epoch.
    LastModified: Math.floor(lastModified / 1000),
    Size: size,
    StorageClass: storageClass,
  };
}
