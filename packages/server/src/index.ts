export { type AccessKey, parseAccessKeys } from "./access/access-key.js";
export {
  createLog,
  type Log,
  type LogFields,
  type LogFormat,
  type LogLevel,
  type LogOptions,
  logFormats,
  logLevels,
} from "./log.js";
export { createServer, type PawlServer, type ServerLimits, type ServerOptions } from "./server.js";
export { listenError, ServerError } from "./server-error.js";
export { type StepFunctionsTaskOptions, stepFunctionsTasks } from "./step-functions-tasks.js";
export { parseQuotas, type Quota, type Quotas, serviceQuotas } from "./throttle.js";
