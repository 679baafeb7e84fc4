import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calendar } from './calendar.ts';

const days: readonly [name: string, zone: string, now: string, end: string][] = [
  ['Jakarta, the afternoon', 'Asia/Jakarta', '2026-11-21T09:00:00Z', '2026-11-21T17:00:00Z'],
  ['Jakarta, its midnight itself', 'Asia/Jakarta', '2026-11-21T17:00:00Z', '2026-11-22T17:00:00Z'],
  ['Jakarta, the millisecond before', 'Asia/Jakarta', '2026-11-21T16:59:59.999Z', '2026-11-21T17:00:00Z'],
  ['Berlin, the day of 23 hours', 'Europe/Berlin', '2026-03-29T00:30:00Z', '2026-03-29T22:00:00Z'],
  ['Berlin, the day of 25 hours', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25T23:00:00Z'],
  ['Beirut, where that midnight does not exist', 'Asia/Beirut', '2026-03-28T12:00:00Z', '2026-03-28T22:00:00Z'],
  ['Kathmandu, a quarter of an hour off', 'Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-01T18:15:00Z'],
  ['UTC at the turn of the year', 'UTC', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'],
];

for (const [name, zone, now, end] of days) {
  test(`end of day: ${name}`, () => {
    assert.equal(new Date(new Calendar(zone).endOfDay(Date.parse(now))).toISOString(), new Date(end).toISOString());
  });
}

const months: readonly [zone: string, now: string, end: string][] = [
  ['Asia/Jakarta', '2026-11-30T16:59:59Z', '2026-11-30T17:00:00Z'],
  ['Asia/Jakarta', '2026-11-30T17:00:00Z', '2026-12-31T17:00:00Z'],
  ['Europe/Berlin', '2026-03-01T12:00:00Z', '2026-03-31T22:00:00Z'],
  ['UTC', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
];

for (const [zone, now, end] of months) {
  test(`end of month: ${zone} at ${now}`, () => {
    assert.equal(new Date(new Calendar(zone).endOfMonth(Date.parse(now))).toISOString(), new Date(end).toISOString());
  });
}

test('what is kept for one window is not used in another, also when the clock is set back', () => {
  const calendar = new Calendar('UTC');
  assert.equal(calendar.endOfDay(Date.parse('2026-11-21T10:00:00Z')), Date.parse('2026-11-22T00:00:00Z'));
  assert.equal(calendar.endOfDay(Date.parse('2026-11-22T00:00:00Z')), Date.parse('2026-11-23T00:00:00Z'));
  assert.equal(calendar.endOfDay(Date.parse('2026-11-20T10:00:00Z')), Date.parse('2026-11-21T00:00:00Z'));
});
