import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCalendarDay, parseBytes, parseDurationMs } from './quantity.ts';

const durations: [string, number | undefined][] = [
  ['10s', 10_000],
  ['250ms', 250],
  ['1m30s', 90_000],
  ['24h', 86_400_000],
  ['24h1ms', undefined],
  ['0s', 0],
  ['', undefined],
  ['10', undefined],
  ['1.5s', undefined],
  ['-1s', undefined],
  ['10 s', undefined],
  ['1d', undefined],
];

for (const [text, expected] of durations) {
  test(`duration "${text}"`, () => assert.equal(parseDurationMs(text), expected));
}

const sizes: [string, number | undefined][] = [
  ['10Mi', 10 * 1024 * 1024],
  ['512', 512],
  ['1Gi', 1024 ** 3],
  ['4Ki', 4096],
  ['10M', undefined],
  ['1.5Gi', undefined],
  ['999999999999Gi', undefined],
  ['', undefined],
];

for (const [text, expected] of sizes) {
  test(`size "${text}"`, () => assert.equal(parseBytes(text), expected));
}

const days: [string, boolean][] = [
  ['2027-06-30', true],
  ['2028-02-29', true],
  ['2027-02-29', false],
  ['2100-02-29', false],
  ['2027-04-31', false],
];

for (const [text, expected] of days) {
  test(`day ${text}`, () => assert.equal(isCalendarDay(text), expected));
}
