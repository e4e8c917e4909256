import { isLongerThan, type Json, type JsonObject, MAX_DEPTH, printJson, type State, type TraceStep } from "@pawl/asl";
import type { HttpRequest, HttpResponse } from "../tasks/task-handler.js";
import type { ErrorDetails, InspectionData } from "./request.js";

/** The steps that are told of a state of each type, as the service was heard to tell them. */
const TOLD: Readonly<Record<State["type"], readonly TraceStep[]>> = {
  Pass: ["afterInputPath", "afterParameters", "result", "afterResultSelector", "afterResultPath"],
  Task: ["afterInputPath", "afterParameters", "afterArguments", "afterResultSelector", "afterResultPath"],
  Map: ["afterInputPath", "afterItemsPath", "afterItemSelector", "afterResultSelector", "afterResultPath"],
  // A mock stands for all that comes before the result.
  Parallel: ["afterResultSelector", "afterResultPath"],
  Choice: ["afterInputPath"],
  Wait: ["afterInputPath"],
  Succeed: ["afterInputPath"],
  Fail: ["afterInputPath"],
};

/** The inputs of iterations may each be as deep as JSON may be, and are told in one array. */
const DEEPEST = MAX_DEPTH + 10;

/** The longest text, in characters, that is shown of a value. */
const LONGEST = 4_194_304;

/** What is too long to be shown is left empty: a value may hold another one many times over. */
function shown(value: Json): string {
  return isLongerThan(value, LONGEST) ? "" : printJson(value, DEEPEST);
}

/** Values that a run of a state's closures told, in their order. */
export type Trace = readonly (readonly [step: TraceStep, value: Json])[];

type Limits = Pick<InspectionData, "maxConcurrency" | "toleratedFailureCount" | "toleratedFailurePercentage">;

/** What is found out about a state on the way from its input to its output. */
export class Inspection {
  readonly #told: ReadonlySet<TraceStep>;
  readonly #values = new Map<TraceStep | "afterItemsPointer" | "afterItemBatcher", Json>();
  #limits: Limits = {};
  #http: Pick<InspectionData, "request" | "response"> = {};
  #errorDetails: ErrorDetails | undefined;

  constructor(state: State) {
    this.#told = new Set(TOLD[state.type]);
  }

  /** @param complete false where the run ended with an error */
  take(trace: Trace, complete: boolean): void {
    const told = trace.filter(([step]) => this.#told.has(step));
    for (const [step, value] of told) {
      if (step !== "afterItemSelector") this.#values.set(step, value);
    }
    // The input of each iteration: one array, or nothing where some are missing.
    const selected = told.flatMap(([step, value]) => (step === "afterItemSelector" ? [value] : []));
    if (complete && selected.length > 0) this.#values.set("afterItemSelector", selected);
  }

  value(name: "result" | "afterItemsPointer" | "afterItemBatcher", value: Json): void {
    this.#values.set(name, value);
  }

  limits(limits: Limits): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  http(request: HttpRequest, response: HttpResponse | undefined): void {
    this.#http = { request, ...(response === undefined ? {} : { response }) };
  }

  errorDetails(details: ErrorDetails): void {
    this.#errorDetails = { ...this.#errorDetails, ...details };
  }

  /**
   * @param input JSON text
   * @param variables as they are after the state
   */
  data(input: string, variables: JsonObject): InspectionData {
    return {
      input,
      ...Object.fromEntries([...this.#values].map(([name, value]) => [name, shown(value)])),
      ...this.#limits,
      ...(Object.keys(variables).length === 0 ? {} : { variables: printJson(variables) }),
      ...(this.#errorDetails === undefined ? {} : { errorDetails: this.#errorDetails }),
      ...this.#http,
    };
  }
}
