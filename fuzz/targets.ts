import type { Target } from "./target.js";
import { definitions } from "./targets/definitions.js";
import { expressions } from "./targets/expressions.js";
import { httpBytes } from "./targets/http-bytes.js";
import { pluginMessages } from "./targets/plugin-messages.js";
import { requests } from "./targets/requests.js";

export const targets: readonly Target[] = [definitions, expressions, requests, httpBytes, pluginMessages];
