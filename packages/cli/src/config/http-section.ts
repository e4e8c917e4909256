import type { HttpRules } from "@pawl/engine";
import type { ConfigValue } from "./config-value.js";

const HOST = /^(?:\*|(?:\*\.)?[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** `http`: which addresses HTTP tasks may call. */
export function httpSection(section: ConfigValue): HttpRules {
  const { allow, allowLinkLocal } = section.members(["allow", "allowLinkLocal"]);
  const rules = allow?.items()?.flatMap((item) => {
    const rule = item.text();
    if (rule === undefined) return [];
    const isAddress = /^https?:\/\//.test(rule) && URL.canParse(rule);
    if (!isAddress && !HOST.test(rule)) {
      item.wrong(
        "must be a host (api.example.com, *.example.com, localhost:8080) or an address (https://example.com/v1/)",
      );
    }
    return [rule];
  });
  const linkLocal = allowLinkLocal?.flag();
  return {
    ...(rules === undefined ? {} : { allow: rules }),
    ...(linkLocal === undefined ? {} : { allowLinkLocal: linkLocal }),
  };
}
