import type { Clock } from "../clock.js";
import type { Redrive } from "../redrive.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { Tracing } from "../tracing/tracing.js";
import type { ExecutionEvent } from "../transition/event.js";
import type { LiveExecution, Revision } from "./live-execution.js";
import type { InputPorts } from "./map-run-inputs.js";
import type { ResultPorts } from "./map-run-results.js";

/** What map runs need of the runtime. */
export interface MapRunHost extends InputPorts, ResultPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly tracing: Tracing | undefined;
  readonly start: (revision: Revision, row: ExecutionRow) => Promise<unknown>;
  readonly redrive: (row: ExecutionRow, redrive: Redrive) => Promise<unknown>;
  /** True while memory holds just this object for the execution. */
  readonly isLive: (live: LiveExecution) => boolean;
  /** Resolves when what comes of the event is durable. */
  readonly post: (executionId: number, event: ExecutionEvent) => Promise<void>;
}
