import { describeError } from '#api/errors.ts';
import type { UsageReport, UsageRow } from '#gateway/usage/usage-table.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { renderTable } from '../table.ts';
import type { UsageFlags } from './command.ts';
import { addUp, parseSince, type UsageSum } from './usage-sums.ts';

/** Longest wait for an answer. */
const timeoutMs = 10_000;

/** `simpul usage`. */
export async function printUsage(flags: UsageFlags, { terminal }: CommandContext): Promise<number> {
  const since = flags.since === undefined ? 0 : sinceOf(flags.since);
  const reports = (await Promise.all(flags.gateway.map(readReports))).flat();
  const sums = addUp(reports.flatMap(({ rows }) => rows).filter((row) => isWanted(row, flags, since)));
  const known =
    reports
      .map((report) => report.since)
      .sort()
      .at(-1) ?? '';
  switch (flags.output) {
    case 'json':
      terminal.out(
        JSON.stringify(
          { countedBy: reports.map(({ gateway, since: from }) => ({ gateway, since: from })), usage: sums },
          null,
          2,
        ),
      );
      break;
    case 'csv':
      terminal.out(
        [columns.map(([, name]) => name), ...sums.map(cellsOf)].map((cells) => cells.map(csvCell).join(',')).join('\n'),
      );
      break;
    default:
      terminal.out(
        renderTable(
          columns.map(([title]) => title),
          sums.map(cellsOf),
        ),
      );
      terminal.err(`Counted in the memory of each gateway, at the earliest since ${known}: a restart forgets.`);
  }
  return exitCodes.ok;
}

function sinceOf(text: string): number {
  const since = parseSince(text, Date.now());
  if (since !== undefined) return since;
  const message = `--since ${text}: write a time such as 2026-11-21T08:00Z, or how long ago, such as 24h or 7d`;
  throw new CliError('CLI_ARGUMENT', message, { exitCode: exitCodes.usage });
}

/** A gateway gives one report, "simpul dev" one for each of its gateways. */
async function readReports(url: string): Promise<readonly UsageReport[]> {
  try {
    const answer = await fetch(new URL('/usage', url), { signal: AbortSignal.timeout(timeoutMs) });
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

function isWanted(row: UsageRow, { tenant, api, subscription }: UsageFlags, since: number): boolean {
  return (
    Date.parse(row.hour) >= since &&
    (tenant === undefined || row.tenant === tenant || row.consumer === tenant) &&
    (api === undefined || row.api === api) &&
    (subscription === undefined || row.subscription === subscription)
  );
}

const columns: readonly [title: string, name: keyof UsageSum][] = [
  ['TENANT', 'tenant'],
  ['API', 'api'],
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

function cellsOf(sum: UsageSum): string[] {
  return columns.map(([, name]) => String(sum[name]) || '-');
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
