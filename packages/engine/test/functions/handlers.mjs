// Handlers that do what the event's `mode` says.
export const handler = async (event, context) => {
  switch (event.mode) {
    case "echo":
      return event.value;
    case "nothing":
      return undefined;
    case "throw":
      throw new RangeError("out of bounds");
    case "throw long":
      throw Object.assign(new Error("m".repeat(event.size)), { name: "E".repeat(300) });
    case "throw text":
      throw "just a text";
    case "circular": {
      const circle = {};
      circle.self = circle;
      return circle;
    }
    case "exit":
      return process.exit(event.code);
    case "loop":
      for (;;);
    case "hang":
      return new Promise((resolve) => setTimeout(resolve, 600_000));
    case "never":
      return new Promise(() => {});
    case "memory": {
      const held = [];
      for (;;) held.push(Buffer.alloc(1_000_000, 1));
    }
    case "uncaught":
      setTimeout(() => {
        throw new TypeError("later");
      });
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    case "rejection":
      Promise.reject(new Error("forgotten"));
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    case "large":
      return "x".repeat(event.size);
    case "environment":
      return process.env;
    case "process":
      return process.pid;
    case "log":
      for (const line of event.lines) console.log(line);
      return null;
    default:
      return {
        awsRequestId: context.awsRequestId,
        functionName: context.functionName,
        functionVersion: context.functionVersion,
        invokedFunctionArn: context.invokedFunctionArn,
        memoryLimitInMB: context.memoryLimitInMB,
        logGroupName: context.logGroupName,
        logStreamName: context.logStreamName,
        clientContext: context.clientContext,
        remaining: context.getRemainingTimeInMillis(),
        trace: process.env._X_AMZN_TRACE_ID,
      };
  }
};

export const group = { inner: async () => "inner" };
export const text = "no function";
