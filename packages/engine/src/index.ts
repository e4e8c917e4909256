export * from "./clock.js";
export * from "./engine.js";
export * from "./service-error.js";
export { openSqliteStore } from "./store/sqlite/store.js";
export * from "./store/store.js";
export * from "./store/store-error.js";
