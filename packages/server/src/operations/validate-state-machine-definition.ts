import { operation } from "../operation.js";

/** Most diagnostics of an answer where the request does not say, or says 0. */
const defaultMaxResults = 100;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html */
export const validateStateMachineDefinition = operation("ValidateStateMachineDefinition", (engine, input) => {
  const { definition, type = "STANDARD", severity: lowest = "ERROR", maxResults } = input;
  const all = engine.stateMachines.validate(definition, type);
  const wanted = all.filter(({ severity }) => severity === "ERROR" || lowest === "WARNING");
  const diagnostics = wanted.slice(0, maxResults || defaultMaxResults).map(({ severity, code, message, location }) => ({
    severity,
    code,
    message,
    location,
  }));
  return JSON.stringify({
    result: all.some(({ severity }) => severity === "ERROR") ? "FAIL" : "OK",
    diagnostics,
    truncated: diagnostics.length < wanted.length,
  });
});
