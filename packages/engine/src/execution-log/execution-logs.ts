import type { HistoryEvent } from "../history/history-event.js";
import { type DeliveryLimits, LogDelivery } from "./log-delivery.js";
import { isLogged } from "./log-level.js";
import { type LoggedExecution, logEntry } from "./log-record.js";
import type { LogGroup, LogSettings } from "./log-settings.js";
import type { LogTransport } from "./log-transport.js";

/** The history events of executions, on their way to the log groups of their state machines. */
export class ExecutionLogs {
  readonly #deliveries: readonly LogDelivery[];

  constructor(
    transports: readonly LogTransport[],
    log: (message: string) => void,
    limits: Partial<DeliveryLimits> = {},
  ) {
    this.#deliveries = transports.map((transport) => new LogDelivery(transport, log, limits));
  }

  /** Logs those of the events that the settings want. Returns at once: nothing of it fails or holds an execution up. */
  add(
    settings: LogSettings,
    execution: LoggedExecution & { readonly stateMachineName: string },
    events: readonly HistoryEvent[],
  ): void {
    if (this.#deliveries.length === 0) return;
    const { level, includeExecutionData, group } = settings;
    const entries = events
      .filter(({ type }) => isLogged(level, type))
      .map((event) => logEntry(event, execution, includeExecutionData));
    if (entries.length === 0) return;
    const stream = { group, stateMachineName: execution.stateMachineName };
    for (const delivery of this.#deliveries) delivery.add(stream, entries);
  }

  /** False where one of those who keep logs says that it has no such group. */
  async hasGroup(group: LogGroup): Promise<boolean> {
    const answers = await Promise.all(
      this.#deliveries.map(({ transport }) => transport.hasGroup?.(group).catch(() => true) ?? true),
    );
    return answers.every(Boolean);
  }

  get counts(): { readonly delivered: number; readonly lost: number } {
    const sum = { delivered: 0, lost: 0 };
    for (const { delivered, lost } of this.#deliveries) {
      sum.delivered += delivered;
      sum.lost += lost;
    }
    return sum;
  }

  async close(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.close()));
  }
}
