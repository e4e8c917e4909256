export * from "./clock.js";
export * from "./engine.js";
export { type EngineOptions, openEngine } from "./local/open-engine.js";
export * from "./service-error.js";
export { openSqliteStore } from "./store/sqlite/store.js";
export * from "./store/store.js";
export * from "./store/store-error.js";
export { TaskError, type TaskHandler, type TaskRequest } from "./tasks/task-handler.js";
