export { createServer, type PawlServer, type ServerLimits, type ServerOptions } from "./server.js";
export { listenError, ServerError } from "./server-error.js";
export { stepFunctionsTasks } from "./step-functions-tasks.js";
