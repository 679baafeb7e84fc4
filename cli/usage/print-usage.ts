import { describeError } from '#api/errors.ts';
import type { Period } from '#gateway/usage/usage-keeper.ts';
import type { UsageReport, UsageRow } from '#gateway/usage/usage-table.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { renderTable } from '../table.ts';
import type { UsageFlags } from './command.ts';
import { addUp, onceEach, parseSince, type UsageSum } from './usage-sums.ts';

/** Longest wait for an answer. */
const timeoutMs = 10_000;

/** `simpul usage`. */
export async function printUsage(flags: UsageFlags, { terminal }: CommandContext): Promise<number> {
  const from = flags.since === undefined ? 0 : timeOf('--since', flags.since);
  const until = flags.until === undefined ? Number.MAX_SAFE_INTEGER : timeOf('--until', flags.until);
  const read = (url: string) => readReports(url, { from, until });
  const reports = onceEach((await Promise.all(flags.gateway.map(read))).flat());
  const rows = reports.flatMap((report) => report.rows);
  const sums = addUp(rows.filter((row) => isWithin(row, { from, until }) && isWanted(row, flags)));
  switch (flags.output) {
    case 'json':
      terminal.out(
        JSON.stringify({ countedBy: reports.map(({ rows: _, ...report }) => report), usage: sums }, null, 2),
      );
      break;
    case 'csv':
      terminal.out(
        [csvNames, ...sums.map((sum) => csvNames.map((name) => String(sum[name]) || '-'))]
          .map((cells) => cells.map(csvCell).join(','))
          .join('\n'),
      );
      break;
    default:
      terminal.out(tableOf(sums));
      for (const line of notesOn(reports)) terminal.err(line);
  }
  return exitCodes.ok;
}

/** Versions have a column where there is an API with two. */
function tableOf(sums: readonly UsageSum[]): string {
  const shown = sums.some(({ version }) => version !== '') ? columns : columns.filter(([, name]) => name !== 'version');
  return renderTable(
    shown.map(([title]) => title),
    sums.map((sum) => shown.map(([, name]) => String(sum[name]) || '-')),
  );
}

/** Where the numbers come from. */
function notesOn(reports: readonly UsageReport[]): string[] {
  return reports.map(({ gateway, since, countedIn }) =>
    countedIn === 'Redis'
      ? `${gateway}: counted by all its pods, up to 10 s ago.`
      : `${gateway}: counted in the memory of one pod since ${since}: a restart forgets. Ask each pod, or give spec.redis.`,
  );
}

function timeOf(flag: string, text: string): number {
  const since = parseSince(text, Date.now());
  if (since !== undefined) return since;
  const message = `${flag} ${text}: write a time such as 2026-11-21T08:00Z, or how long ago, such as 24h or 7d`;
  throw new CliError('CLI_ARGUMENT', message, { exitCode: exitCodes.usage });
}

/** A gateway gives one report, "simpul dev" one for each of its gateways. */
async function readReports(url: string, { from, until }: Period): Promise<readonly UsageReport[]> {
  try {
    const target = new URL(`/usage?from=${from}&until=${until}`, url);
    const answer = await fetch(target, { signal: AbortSignal.timeout(timeoutMs) });
    const value: unknown = answer.ok ? await answer.json() : undefined;
    const reports = Array.isArray(value) ? value : [value];
    if (reports.every(isReport)) return reports;
  } catch (error) {
    throw new CliError(
      'CLI_SOURCE',
      `no gateway answers at ${url} (${describeError(error)}). Name its admin port with --gateway URL.`,
    );
  }
  throw new CliError('CLI_SOURCE', `what answers at ${url} is no gateway: name its admin port with --gateway URL`);
}

function isReport(value: unknown): value is UsageReport {
  return typeof value === 'object' && value !== null && 'rows' in value && Array.isArray(value.rows);
}

function isWithin({ hour }: UsageRow, { from, until }: Period): boolean {
  return Date.parse(hour) >= from && Date.parse(hour) < until;
}

function isWanted(row: UsageRow, { tenant, api, subscription }: UsageFlags): boolean {
  return (
    (tenant === undefined || row.tenant === tenant || row.consumer === tenant) &&
    (api === undefined || row.api === api) &&
    (subscription === undefined || row.subscription === subscription)
  );
}

const columns: readonly [title: string, name: keyof UsageSum][] = [
  ['TENANT', 'tenant'],
  ['API', 'api'],
  ['VERSION', 'version'],
  ['PLAN', 'plan'],
  ['SUBSCRIPTION', 'subscription'],
  ['CALLS', 'calls'],
  ['SUCCESS', 'success'],
  ['CONSUMER-ERR', 'consumerErrors'],
  ['PROVIDER-ERR', 'providerErrors'],
  ['GATEWAY-ERR', 'gatewayErrors'],
  ['ABORTED', 'aborted'],
  ['BYTES-IN', 'bytesIn'],
  ['BYTES-OUT', 'bytesOut'],
];

/** Always the same; the version comes last, because it came last. */
const csvNames = [...columns.map(([, name]) => name).filter((name) => name !== 'version'), 'version' as const];

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
