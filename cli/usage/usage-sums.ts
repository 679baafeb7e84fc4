import type { UsageReport, UsageRow } from '#gateway/usage/usage-table.ts';

/** What was used by one Subscription of one API (or version of it) on one plan, over all hours and gateways. */
export type UsageSum = Omit<UsageRow, 'hour'>;

const counts = [
  ...(['calls', 'success', 'consumerErrors', 'providerErrors', 'gatewayErrors', 'aborted'] as const),
  ...(['bytesIn', 'bytesOut'] as const),
];

/** Sorted by Tenant, API, version, plan and Subscription. */
export function addUp(rows: readonly UsageRow[]): UsageSum[] {
  const sums = new Map<string, { -readonly [Name in keyof UsageSum]: UsageSum[Name] }>();
  for (const { hour: _, version = '', ...names } of rows) {
    // A gateway of before there were versions tells none.
    const row = { ...names, version };
    const key = [row.tenant, row.api, version, row.plan, row.subscription].join(' ');
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...row });
    else for (const name of counts) sum[name] += row[name];
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** Every pod of a gateway tells the same of what Redis holds. */
export function onceEach(reports: readonly UsageReport[]): UsageReport[] {
  const isFirst = (report: UsageReport, i: number) =>
    reports.findIndex(({ gateway, countedIn }) => countedIn === 'Redis' && gateway === report.gateway) === i;
  return reports.filter((report, i) => report.countedIn !== 'Redis' || isFirst(report, i));
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds since the epoch of `2026-11-21T08:00Z`, `2026-11-21` (UTC) or `24h` before `now`; undefined when it is none. */
export function parseSince(text: string, now: number): number | undefined {
  const [, amount, unit = ''] = /^([0-9]{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (units[unit] ?? 0);
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
