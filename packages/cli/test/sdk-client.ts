import { SFNClient } from "@aws-sdk/client-sfn";
import { onTestFinished } from "vitest";

// The SDK's word about coming Node versions belongs to no test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The AWS SDK's client for a server; closed with the test. */
export function sdkClient(endpoint: string): SFNClient {
  const client = new SFNClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  onTestFinished(() => client.destroy());
  return client;
}
