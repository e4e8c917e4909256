import type { Actions } from "./aws/job.js";
import type { OptimizedService } from "./aws/optimized-call.js";
import { SDK_STYLE } from "./aws/wire-data.js";

/** Agents of Bedrock AgentCore: request-response; what an agent streams is gathered into one text. */
export const BEDROCK_AGENTCORE: OptimizedService = { client: "bedrock-agentcore", style: SDK_STYLE };

export const BEDROCK_AGENTCORE_ACTIONS: Actions = { invokeAgentRuntime: {}, invokeHarness: {} };
