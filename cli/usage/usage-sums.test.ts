import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUp, onceEach, parseSince } from './usage-sums.ts';

const names = {
  tenant: 'banten',
  api: 'banten/situs',
  plan: 'resmi',
  subscription: 'lebak/izin',
  consumer: 'lebak',
  version: '',
};
const counts = {
  calls: 3,
  success: 1,
  consumerErrors: 1,
  providerErrors: 0,
  gatewayErrors: 0,
  aborted: 1,
  bytesIn: 5,
  bytesOut: 7,
};

test('hours and gateways add up, whatever is told apart by name stays apart', () => {
  const rows = [
    { hour: '2026-11-21T08:00:00.000Z', ...names, ...counts },
    { hour: '2026-11-21T09:00:00.000Z', ...names, ...counts },
    { hour: '2026-11-21T09:00:00.000Z', ...names, plan: 'dasar', ...counts },
    { hour: '2026-11-21T09:00:00.000Z', ...names, version: '2.0.0', ...counts },
  ];
  const doubled = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count * 2]));
  assert.deepEqual(addUp(rows), [
    { ...names, plan: 'dasar', ...counts },
    { ...names, ...doubled },
    { ...names, version: '2.0.0', ...counts },
  ]);
});

test('since when', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const cases: Record<string, string | undefined> = {
    '24h': '2026-11-20T10:00:00.000Z',
    '90m': '2026-11-21T08:30:00.000Z',
    '7d': '2026-11-14T10:00:00.000Z',
    '2026-11-21': '2026-11-21T00:00:00.000Z',
    '2026-11-21T15:00+07:00': '2026-11-21T08:00:00.000Z',
    yesterday: undefined,
    '2026-13-01': undefined,
    '5': undefined,
  };
  for (const [text, expected] of Object.entries(cases)) {
    const since = parseSince(text, now);
    assert.equal(since === undefined ? undefined : new Date(since).toISOString(), expected, text);
  }
});

test('pods of one gateway that tell of all of them are added up once, others each', () => {
  const report = (gateway: string, countedIn: 'Redis' | 'Memory') => ({ gateway, countedIn, since: '', rows: [] });
  const [one, two, three, four] = [
    report('a', 'Redis'),
    report('a', 'Redis'),
    report('b', 'Redis'),
    report('a', 'Memory'),
  ];
  assert.deepEqual(onceEach([one, two, three, four]), [one, three, four]);
  assert.deepEqual(onceEach([four, four]), [four, four]);
});
