// A client of the Lambda Runtime API: asks for events and answers them as their `mode` says.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (path, body, headers = {}) => fetch(`${api}/${path}`, { method: "POST", body, headers });

if (process.argv[2] === "broken") {
  await post(
    "init/error",
    JSON.stringify({ errorMessage: "no settings", errorType: "Settings.Missing", stackTrace: [] }),
  );
  process.exit(1);
}
if (process.argv[2] === "idle") await new Promise((resolve) => setTimeout(resolve, 600_000));

for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const event = await next.json();
  switch (event.mode) {
    case "fail":
      await post(
        `invocation/${id}/error`,
        '{"errorMessage": "no", "errorType": "ValueError", "stackTrace": ["  File \\"app.py\\", line 4\\n"]}',
      );
      break;
    case "fail by header":
      await post(`invocation/${id}/error`, '{"errorMessage":"no"}', {
        "Lambda-Runtime-Function-Error-Type": "Runtime.Odd",
      });
      break;
    case "exit":
      process.exit(event.code);
      break;
    case "hang":
      await new Promise((resolve) => setTimeout(resolve, 600_000));
      break;
    case "forget":
      break;
    case "large": {
      const { status } = await post(`invocation/${id}/response`, JSON.stringify("x".repeat(event.size)));
      console.log(`answered ${status}`);
      break;
    }
    case "strange": {
      const statuses = [
        (await post("invocation/other/response", "{}")).status,
        (await post("nothing/here", "{}")).status,
        (await fetch(`${api}/invocation/next`, { headers: { origin: "https://example.com" } })).status,
      ];
      await post(`invocation/${id}/response`, JSON.stringify(statuses));
      break;
    }
    default:
      console.error(`event for ${process.env.AWS_LAMBDA_FUNCTION_NAME}`);
      await post(
        `invocation/${id}/response`,
        JSON.stringify({
          event,
          id,
          arn: next.headers.get("lambda-runtime-invoked-function-arn"),
          trace: next.headers.get("lambda-runtime-trace-id"),
          context: next.headers.get("lambda-runtime-client-context"),
          deadline: Number(next.headers.get("lambda-runtime-deadline-ms")) > Date.now(),
          folder: process.cwd(),
        }),
      );
  }
}
