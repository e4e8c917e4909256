import { describe, expect, it } from "vitest";
import { type Arn, checkUnlabelled, parseArn, type ResourceType } from "../src/arn.js";
import { isValidName } from "../src/name.js";

const of = (rest: string) => `arn:aws-cn:states:cn-north-1:123456789012:${rest}`;
const parts = { partition: "aws-cn", region: "cn-north-1", accountId: "123456789012" };

describe("ARNs", () => {
  it.each<[ResourceType, string, Omit<Arn, keyof typeof parts | "type">]>([
    ["stateMachine", "stateMachine:a.b", { name: "a.b" }],
    ["stateMachine", "stateMachine:a:7", { name: "a", qualifier: "7" }],
    ["stateMachine", "stateMachine:a:PROD", { name: "a", qualifier: "PROD" }],
    ["stateMachine", "stateMachine:a/map", { name: "a", label: "map" }],
    ["execution", "execution:a:run", { name: "a", qualifier: "run" }],
    ["execution", "execution:a/map:run", { name: "a", label: "map", qualifier: "run" }],
    ["express", "express:a:run:0d1b", { name: "a", qualifier: "run", start: "0d1b" }],
    ["mapRun", "mapRun:a/map:0d1b", { name: "a", label: "map", qualifier: "0d1b" }],
    ["activity", "activity:é", { name: "é" }],
  ])("%s %s", (type, text, expected) => {
    expect(parseArn(of(text), type)).toEqual({ ...parts, type, ...expected });
  });

  it.each<[ResourceType, string, string]>([
    ["execution", "run-7", "Invalid ARN prefix: run-7"],
    ["execution", "", "Invalid ARN prefix: "],
    ["execution", of("express:a:run:0d1b"), "Resource type not valid in this context: express"],
    ["stateMachine", of("execution:a"), "Resource type not valid in this context: execution"],
    ["activity", "arn:aws:lambda:r:1:function:f", "Resource type not valid in this context: function"],
    ["activity", "arn:aws:lambda:r:1:activity:f", "Resource type not valid in this context: activity"],
    [
      "stateMachine",
      "arn:aws:states:r:$A::B:stateMachine:x",
      "Resource type can not be empty: arn:aws:states:r:$A::B:stateMachine:x",
    ],
    ["stateMachine", "arn:aws", "Resource type can not be empty: arn:aws"],
    ["stateMachine", of("stateMachine"), `Invalid ARN: ${of("stateMachine")}`],
    ["stateMachine", of("stateMachine:"), `Invalid ARN: ${of("stateMachine:")}`],
    ["stateMachine", of("stateMachine:a:1:2"), `Invalid ARN: ${of("stateMachine:a:1:2")}`],
    ["execution", of("execution:a"), `Invalid ARN: ${of("execution:a")}`],
  ])("%s %j", (type, text, detail) => {
    expect(() => parseArn(text, type)).toThrow(
      expect.objectContaining({ code: "InvalidArn", message: `Invalid Arn: '${detail}'` }),
    );
  });

  it("tells labelled ones where they are not wanted", () => {
    checkUnlabelled(of("stateMachine:a:7"));
    expect(() => checkUnlabelled(of("stateMachine:a/map"))).toThrow(
      expect.objectContaining({ code: "ValidationException" }),
    );
  });
});

describe("names", () => {
  it.each(["a", "A-b_c.d", "été", "日本", "😀", "a+b", "a=b", "a(b)", "a@b", "a'b", "a!"])("%j will do", (name) => {
    expect(isValidName(name)).toBe(true);
  });

  it.each([
    ...'<>{}[]?*"#%\\^|~`$&,;:/ \t\n\u0000\u001f\u007f\u009f\ufffe\uffff\u00a0',
    "\ud800",
    "\udc00",
    "\u{10ffff}",
  ])("%j in it will not", (character) => {
    expect(isValidName(`a${character}b`)).toBe(false);
  });
});
