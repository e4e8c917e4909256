export * from "./clock.js";
export * from "./engine.js";
export * from "./service-error.js";
export * from "./store/store.js";
