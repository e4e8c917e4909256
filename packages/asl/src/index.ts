export * from "./diagnostic.js";
export * from "./json.js";
export * from "./program.js";
export * from "./resource.js";
export * from "./states-error.js";
