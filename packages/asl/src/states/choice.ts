import type { Fields } from "../fields.js";
import type { ChoiceState, Exit } from "../program.js";
import { StatesError } from "../states-error.js";
import { CHOICE_RULE_FIELDS } from "./choice-rule.js";
import type { StateContext } from "./state-context.js";

export const CHOICE_FIELDS = {
  both: ["Type", "Comment", "QueryLanguage", "Choices", "Default", "Assign"],
  JSONPath: ["InputPath", "OutputPath"],
  JSONata: ["Output"],
};

const RULE_FIELDS = {
  both: ["Comment", "Next", "Assign"],
  JSONPath: CHOICE_RULE_FIELDS,
  JSONata: ["Condition", "Output"],
};

/** Choice: the first rule that holds, or Default. */
export function compileChoice(state: Fields, context: StateContext): ChoiceState {
  const { language } = context;
  const input = language.input(state);
  state.require("Choices");
  const fields = state.children("Choices") ?? [];
  if (state.array("Choices")?.length === 0) state.refuse("Value cannot be empty", state.at("Choices"));
  const rules = fields.map((rule) => {
    rule.support(RULE_FIELDS, language.name);
    rule.require("Next");
    return {
      holds: language.condition(rule),
      next: context.transition(rule, "Next") ?? "",
      exit: language.choiceExit(state, rule),
    };
  });
  const otherwise = context.transition(state, "Default");
  const exit = language.choiceExit(state, undefined);
  return {
    type: "Choice",
    name: context.name,
    choose(scope) {
      const value = input(scope);
      for (const rule of rules) {
        if (rule.holds(value, scope)) return leadTo(rule.next, rule.exit(scope, value));
      }
      if (otherwise !== undefined) return leadTo(otherwise, exit(scope, value));
      throw new StatesError("States.Runtime", NO_NEXT_STATE);
    },
  };
}

function leadTo(next: string, { output, assigned }: Exit): Exit & { readonly next: string } {
  return assigned === undefined ? { output, next } : { output, assigned, next };
}

/** The service reports a choice without a match like this, not as States.NoChoiceMatched. */
const NO_NEXT_STATE = "Failed to transition out of the state. The state does not point to a next state.";
