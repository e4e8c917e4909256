import type { Changes, Store } from "../src/store/store.js";

/** What a test may do to a store: look at what is asked of it, hold its commits back, make it fail. */
export interface Watch {
  readonly store: Store;
  /** What was given to `commit`, in order, whatever became of it. */
  readonly commits: Changes[];
  /** The most commits that were under way at a time. */
  readonly mostAtOnce: number;
  /** How often each method was called. */
  calls(method: keyof Store): number;
  /** True while the store itself is at work: commits that are held back do not count. */
  readonly busy: boolean;
  /** Commits from now on do nothing until {@link Watch.letGo}. */
  hold(): void;
  /** Lets the commits go that are held. */
  letGo(): void;
  /** The next answer of this method arrives only when the function returned is called. */
  late(method: keyof Store): () => void;
  /** What is called from now on rejects with this error: `commit`, or the methods named. */
  break(error: Error, ...methods: (keyof Store)[]): void;
  mend(): void;
}

export function watchStore(inner: Store): Watch {
  const commits: Changes[] = [];
  const counts = new Map<PropertyKey, number>();
  let held: (() => void)[] | undefined;
  let broken: { error: Error; methods: ReadonlySet<PropertyKey> } | undefined;
  const late = new Map<PropertyKey, Promise<void>>();
  let busy = 0;
  let underWay = 0;
  let mostAtOnce = 0;

  async function call(name: PropertyKey, parameters: unknown[], method: (...parameters: unknown[]) => unknown) {
    const fault = broken?.methods.has(name) ? broken.error : undefined;
    if (name === "commit") {
      commits.push(parameters[0] as Changes);
      mostAtOnce = Math.max(mostAtOnce, ++underWay);
      const waiting = held;
      if (waiting !== undefined) await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      if (fault !== undefined) throw fault;
      busy += 1;
      const answer = await Promise.resolve(method.apply(inner, parameters)).finally(() => {
        busy -= 1;
      });
      const delay = late.get(name);
      late.delete(name);
      await delay;
      return answer;
    } finally {
      if (name === "commit") underWay -= 1;
    }
  }

  const store = new Proxy(inner, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...parameters: unknown[]) => unknown;
      if (typeof method !== "function") return method;
      return (...parameters: unknown[]) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        // These two answer at once; everything else is a promise.
        const answersAtOnce = name === "nextExecutionId" || name === "nextRevisionId";
        return answersAtOnce ? method.apply(target, parameters) : call(name, parameters, method);
      };
    },
  });
  return {
    store,
    commits,
    get mostAtOnce() {
      return mostAtOnce;
    },
    get busy() {
      return busy > 0;
    },
    calls: (method) => counts.get(method) ?? 0,
    hold() {
      held ??= [];
    },
    letGo() {
      const waiting = held ?? [];
      held = undefined;
      for (const go of waiting) go();
    },
    late(method) {
      let arrive = (): void => {};
      late.set(
        method,
        new Promise((resolve) => {
          arrive = resolve;
        }),
      );
      return arrive;
    },
    break(error, ...methods) {
      broken = { error, methods: new Set(methods.length === 0 ? ["commit"] : methods) };
    },
    mend() {
      broken = undefined;
    },
  };
}
