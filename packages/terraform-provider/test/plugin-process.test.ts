import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { selfSigned } from "../../server/test/self-signed.js";
import { connectTo, dynamic, executable, handshakeOf, messagesOf, start, startHost } from "./plugin-host.js";

/** The executable as a process: how it starts, whom it lets in, how it ends. */

describe("handshake", () => {
  test("one line says where the server is and which certificate it will show", async () => {
    const { line, client } = await start();
    const { core, protocol, network, address, kind, certificate } = handshakeOf((await line) ?? "");
    expect({ core, protocol, network, kind }).toEqual({ core: "1", protocol: "6", network: "unix", kind: "grpc" });
    expect(certificate).not.toContain("=");
    const { subjectAltName, publicKey } = new X509Certificate(Buffer.from(certificate, "base64"));
    expect(subjectAltName).toBe("DNS:localhost");
    expect(publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(statSync(address).mode & 0o077).toBe(0);
    const session = connectTo(address, certificate, client);
    await once(session, "connect");
    session.destroy();
  });

  test("without a client's certificate there is no TLS", async () => {
    const { line } = await start({ environment: { PLUGIN_CLIENT_CERT: undefined } });
    const { address, certificate } = handshakeOf((await line) ?? "");
    expect(certificate).toBe("");
    const session = connectTo(address, certificate, undefined);
    await once(session, "connect");
    session.destroy();
  });

  test("the socket stands where the host wants it, for the group that it names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pawl-sockets-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const group = String(process.getgid?.() ?? 0);
    const { line } = await start({
      environment: { PLUGIN_UNIX_SOCKET_DIR: folder, PLUGIN_UNIX_SOCKET_GROUP: group },
    });
    const { address } = handshakeOf((await line) ?? "");
    expect(address.startsWith(`${folder}/`)).toBe(true);
    expect(statSync(address)).toMatchObject({ gid: Number(group) });
    expect(statSync(address).mode & 0o777).toBe(0o660);
  });

  test.each([
    ["no cookie", { TF_PLUGIN_MAGIC_COOKIE: undefined }, "This is a plugin of Terraform"],
    ["another cookie", { TF_PLUGIN_MAGIC_COOKIE: "x" }, "This is a plugin of Terraform"],
    ["an older protocol only", { PLUGIN_PROTOCOL_VERSIONS: "4,5" }, "it needs Terraform 1.6 or newer"],
  ])("%s: it says so and ends with 1", async (_case, environment, text) => {
    const { line, ended, stderr } = await start({ environment });
    expect(await line).toBeUndefined();
    expect(await ended).toMatchObject({ code: 1 });
    expect(stderr()).toContain(text);
  });

  test("a host that names no versions gets the only one", async () => {
    const { line } = await start({ environment: { PLUGIN_PROTOCOL_VERSIONS: undefined } });
    expect(await line).toMatch(/^1\|6\|/);
  });
});

describe("who may connect", () => {
  test.each([
    ["another certificate", selfSigned()],
    ["none", undefined],
  ])("a client with %s is refused, and the right one still served", async (_case, wrong) => {
    const { line, client } = await start();
    const { address, certificate } = handshakeOf((await line) ?? "");
    const refused = connectTo(address, certificate, wrong);
    const stream = refused.request({ ":method": "POST", ":path": "/plugin.GRPCController/Shutdown" });
    await expect(messagesOf(stream)).rejects.toThrow();
    refused.destroy();

    const session = connectTo(address, certificate, client);
    await once(session, "connect");
    session.destroy();
  });
});

describe("services of go-plugin", () => {
  test("Shutdown is answered; then the process ends and its socket is gone", async () => {
    const host = await startHost();
    expect(existsSync(host.address)).toBe(true);
    expect(await host.call("/plugin.GRPCController/Shutdown", ["Empty", "Empty"], {})).toEqual({});
    expect(await host.ended).toMatchObject({ code: 0 });
    expect(existsSync(host.address)).toBe(false);
  });

  test("streams that are opened at once stay open, and do not hold up the end", async () => {
    const host = await startHost();
    const streams = ["/plugin.GRPCStdio/StreamStdio", "/plugin.GRPCBroker/StartStream"].map((path) => host.open(path));
    for (const stream of streams) {
      const [headers] = await once(stream, "response");
      expect(headers).toMatchObject({ ":status": 200, "content-type": "application/grpc" });
      stream.on("error", () => {});
    }
    const { identity_schemas } = await host.call(
      "GetResourceIdentitySchemas",
      ["Empty", "IdentitySchemasResponse"],
      {},
    );
    expect(identity_schemas?.aws_sfn_alias?.identity_attributes).toMatchObject([
      { name: "arn", required_for_import: true },
    ]);
    expect(streams.every(({ closed }) => !closed)).toBe(true);
    await host.call("/plugin.GRPCController/Shutdown", ["Empty", "Empty"], {});
    expect(await host.ended).toMatchObject({ code: 0 });
  });

  test("health", async () => {
    const host = await startHost();
    const check = (service: string) =>
      host.call("/grpc.health.v1.Health/Check", ["HealthRequest", "HealthResponse"], { service });
    expect(await check("plugin")).toEqual({ status: 1 });
    await expect(check("other")).rejects.toMatchObject({ code: 5 });
  });
});

describe("calls", () => {
  test("a method that is not there is answered as such", async () => {
    const host = await startHost();
    await expect(host.call("GetFunctions", ["Empty", "Empty"], {})).rejects.toMatchObject({ code: 12 });
  });

  test("a message that is none, one that is cut off, one that is compressed, one that is too large", async () => {
    const host = await startHost();
    const send = (bytes: Buffer) => {
      const stream = host.open("/tfplugin6.Provider/ValidateProviderConfig");
      stream.end(bytes);
      return messagesOf(stream);
    };
    await expect(send(Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff]))).rejects.toMatchObject({ code: 13 });
    await expect(send(Buffer.from([0, 0, 0, 0, 9, 1]))).rejects.toMatchObject({ code: 13 });
    await expect(send(Buffer.from([1, 0, 0, 0, 0]))).rejects.toMatchObject({ code: 12 });
    await expect(send(Buffer.from([0, 0xff, 0, 0, 0]))).rejects.toMatchObject({ code: 8 });
    // And goes on.
    expect(await host.call("StopProvider", ["Empty", "StopResponse"], {})).toEqual({});
  });

  test("large messages, several at once", async () => {
    const host = await startHost();
    const large = "x".repeat(40 * 2 ** 20);
    const config = dynamic({ state_machine_arn: "x", input: JSON.stringify(large) });
    const answers = await Promise.all(
      [1, 2].map(() =>
        host.call("ValidateActionConfig", ["ValidateRequest", "DiagnosticsResponse"], {
          type_name: "aws_sfn_start_execution",
          config,
        }),
      ),
    );
    for (const { diagnostics } of answers) {
      expect(diagnostics?.map(({ summary }) => summary)).toEqual(["Invalid ARN of a state machine", "Input too large"]);
    }
  }, 60_000);
});

describe("the end", () => {
  test("Ctrl-C is for Terraform: the process goes on", async () => {
    const host = await startHost();
    host.child.kill("SIGINT");
    expect(await host.call("StopProvider", ["Empty", "StopResponse"], {})).toEqual({});
  });

  test("SIGTERM ends it and removes the socket", async () => {
    const host = await startHost();
    host.child.kill("SIGTERM");
    await host.ended;
    expect(existsSync(host.address)).toBe(false);
  });

  test("it does not outlive a host that is gone", async () => {
    const host = await startHost();
    host.session().destroy();
    await host.ended;
    expect(existsSync(host.address)).toBe(false);
  });

  test("it does not outlive a host that is killed", async () => {
    // A host of its own, because it has to die: this file's process stays its grandparent.
    const script = `
      const { spawn } = require("node:child_process");
      const child = spawn(${JSON.stringify(executable)}, [], { stdio: ["ignore", "pipe", "ignore"] });
      child.stdout.once("data", (line) => {
        const path = String(line).split("|")[3];
        const session = require("node:http2").connect("http://localhost", {
          createConnection: () => require("node:net").createConnection({ path }),
        });
        session.once("connect", () => console.log(child.pid + " " + path));
      });`;
    const environment = {
      ...process.env,
      TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
    };
    const host = spawn(process.execPath, ["-e", script], { env: environment });
    const [text] = (await once(host.stdout, "data")) as [Buffer];
    const [pid = "", path = ""] = text.toString().trim().split(" ");
    host.kill("SIGKILL");
    await expect.poll(() => isRunning(Number(pid)), { timeout: 20_000, interval: 100 }).toBe(false);
    expect(existsSync(path)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("debug mode", () => {
  test("prints what Terraform needs to use it, and serves without TLS until Ctrl-C", async () => {
    const started = await start({ arguments: ["--debug"], environment: { TF_PLUGIN_MAGIC_COOKIE: undefined } });
    let printed = "";
    started.child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    await expect.poll(() => printed).toContain("Ctrl-C ends it.");
    const settings = JSON.parse(/TF_REATTACH_PROVIDERS='(.+)'/.exec(printed)?.[1] ?? "");
    expect(settings).toEqual({
      "pawl.internal/pawl/aws": {
        Protocol: "grpc",
        ProtocolVersion: 6,
        Pid: started.child.pid,
        Test: true,
        Addr: { Network: "unix", String: expect.stringMatching(/^\//) },
      },
    });
    const session = connectTo(settings["pawl.internal/pawl/aws"].Addr.String, "", undefined);
    await once(session, "connect");
    session.destroy();
    started.child.kill("SIGINT");
    expect(await started.ended).toMatchObject({ code: 0 });
  });
});

describe("log", () => {
  test("says nothing unless it is asked to", async () => {
    const host = await startHost();
    await host.call("StopProvider", ["Empty", "StopResponse"], {});
    await host.call("/plugin.GRPCController/Shutdown", ["Empty", "Empty"], {});
    await host.ended;
    expect(host.stderr()).toBe("");
  });

  test("lines of JSON as hclog has them, with the calls at level TRACE", async () => {
    const host = await startHost({ environment: { TF_LOG: "TRACE" } });
    await host.call("StopProvider", ["Empty", "StopResponse"], {});
    await host.call("/plugin.GRPCController/Shutdown", ["Empty", "Empty"], {});
    await host.ended;
    const [line] = host.stderr().trim().split("\n");
    expect(JSON.parse(line ?? "")).toEqual({
      "@level": "trace",
      "@message": "StopProvider",
      "@module": "provider.pawl",
      "@timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });
});

test("the executable is one script that any folder can hold", () => {
  expect(statSync(executable).mode & 0o111).toBe(0o111);
  expect(fileURLToPath(new URL(`file://${executable}`))).toMatch(/terraform-provider-aws$/);
});
