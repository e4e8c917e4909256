import type { AccessCheck } from "./access/access-check.js";
import type { AllowedHosts } from "./allowed-hosts.js";
import type { CallerHomes } from "./caller-homes.js";
import type { Cors } from "./cors.js";
import type { Log } from "./log.js";
import type { OperatorRoutes } from "./operator-routes.js";
import type { RequestCounts } from "./request-counts.js";
import type { Throttle } from "./throttle.js";

/** What the calls of one server share. */
export interface CallHost {
  readonly homes: CallerHomes;
  readonly log: Log;
  readonly maxBodyBytes: number;
  readonly hosts: AllowedHosts;
  /** Absent: no page of another origin may call. */
  readonly cors: Cors | undefined;
  /** Absent: everybody may call. */
  readonly access: AccessCheck | undefined;
  /** Absent: as often as they like. */
  readonly throttle: Throttle | undefined;
  readonly requests: RequestCounts;
  /** What is served besides the API. */
  readonly operatorRoutes: OperatorRoutes;
  /** Calls that wait for something to come, which the server's closing ends. */
  readonly polls: Set<AbortController>;
  /** True once the server closes: an answer ends its connection. */
  readonly closing: boolean;
  /** A call has been read whole and is being answered, … */
  started(): void;
  /** … and has been answered. */
  ended(): void;
}
