export { type Home, homeOf } from "./arn.js";
export * from "./clock.js";
export * from "./engine.js";
export { type CloudWatchOptions, cloudWatchTransport } from "./execution-log/cloudwatch-transport.js";
export { folderTransport } from "./execution-log/folder-transport.js";
export type { LogEntry } from "./execution-log/log-record.js";
export type { LogGroup } from "./execution-log/log-settings.js";
export { LogRefusedError, type LogStream, type LogTransport } from "./execution-log/log-transport.js";
export { outputTransport } from "./execution-log/output-transport.js";
export * from "./functions/function-settings.js";
export type { FunctionLogLine } from "./functions/worker-pool.js";
export { EXECUTION_DATA } from "./history/execution-data.js";
export { type EngineOptions, openEngine } from "./local/open-engine.js";
export { pageTokenKey } from "./local/page-token-key.js";
export type { MapRunCounts, MapRunSettings } from "./map-run-record.js";
export { Mocks } from "./mocks/mocks.js";
export * from "./operating.js";
export type { HistogramReading } from "./runtime/counters.js";
export * from "./service-error.js";
export { Sha256 } from "./sha256.js";
export { restoreBackup } from "./store/sqlite/backup.js";
export { type CheckReport, checkData } from "./store/sqlite/check.js";
export { openSqliteStore } from "./store/sqlite/store.js";
export * from "./store/store.js";
export * from "./store/store-error.js";
export {
  type AwsAnswer,
  type AwsCall,
  type AwsClient,
  AwsClients,
  type AwsOptions,
  type AwsTarget,
  AwsUnavailable,
} from "./tasks/aws/aws-clients.js";
export { accountOfRole } from "./tasks/aws/credentials.js";
export { type Endpoints, endpointOf } from "./tasks/aws/endpoint.js";
export { uuidOf } from "./tasks/aws/wire-data.js";
export type { HttpRules } from "./tasks/http/address-guard.js";
export type { Connection, Connections, OAuthClient } from "./tasks/http/connections.js";
export type { Integrations } from "./tasks/registry.js";
export {
  type HttpInspector,
  type HttpRequest,
  type HttpResponse,
  TASK_CANCELLED,
  TaskError,
  type TaskHandler,
  type TaskRequest,
} from "./tasks/task-handler.js";
export * from "./test-state/request.js";
export type { Span, SpanExporter } from "./tracing/span.js";
export { type TracingSettings, tracingFromEnvironment } from "./tracing/tracing-settings.js";
