import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../src/clock.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("rings after more than 2^31 milliseconds, and not before", () => {
  const delay = 3 * 2 ** 31;
  const ring = vi.fn();
  systemClock.at(systemClock.now() + delay, ring);
  vi.advanceTimersByTime(delay - 1);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ring).toHaveBeenCalledOnce();
});

it("does not ring once it was cancelled, however far it has come", () => {
  const ring = vi.fn();
  const cancel = systemClock.at(systemClock.now() + 2 ** 32, ring);
  vi.advanceTimersByTime(2 ** 31 + 5);
  cancel();
  vi.advanceTimersByTime(2 ** 33);
  expect(ring).not.toHaveBeenCalled();
});

it("rings soon for a time that is over", () => {
  const ring = vi.fn();
  systemClock.at(systemClock.now() - 5000, ring);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ring).toHaveBeenCalledOnce();
});
