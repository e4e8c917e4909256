import { expect, test } from "vitest";
import { connect } from "../src/store/sqlite/connection.js";

test("a statement that has failed answers nothing until it is prepared again, and then what it is asked", async () => {
  const connection = await connect(":memory:");
  const statement = await connection.prepare("SELECT json_array(json(?))");
  expect(statement.row("1")).toEqual([1]);
  expect(() => statement.row("{")).toThrow("malformed JSON");
  expect(() => statement.row("2")).toThrow("malformed JSON");
  await connection.renew();
  expect(statement.row("3")).toEqual([3]);
  connection.close();
});
