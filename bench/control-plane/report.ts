import { markdownTable } from '#tools/docs/markdown.ts';
import { type Distribution, shown } from '../statistics.ts';
import type { SizeFigures } from './figures.ts';

export interface Report {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly isFull: boolean;
  /** From the smallest to the largest. */
  readonly sizes: readonly SizeFigures[];
}

interface Row {
  readonly name: string;
  readonly goal?: string;
  readonly of: (figures: SizeFigures) => string;
}

const rows: readonly Row[] = [
  { name: 'Subscriptions', of: (at) => shown(at.subscriptions) },
  { name: 'objects created, per second', of: ({ growth }) => shown(growth.created / growth.createSeconds) },
  { name: 'all Ready after the last create, s', goal: '10', of: ({ growth }) => shown(growth.readyAfterSeconds) },
  {
    name: 'status writes per ApiService until Ready',
    goal: '2.1',
    of: ({ growth }) => shown(growth.statusWritesPerObject.ApiService),
  },
  {
    name: 'status writes per Subscription until Ready',
    goal: '2.1',
    of: ({ growth }) => shown(growth.statusWritesPerObject.Subscription),
  },
  {
    name: 'status writes per later change',
    goal: '1.1',
    of: ({ latencies }) => shown(latencies.statusWritesPerChange),
  },
  { name: 'operator CPU per 1,000 objects, s', of: ({ growth }) => shown(growth.operatorCpuPerThousand) },
  { name: 'bare apply to watch event, ms', of: ({ latencies }) => times(latencies.bare) },
  { name: 'new route, apply to served, ms', of: ({ latencies }) => times(latencies.added) },
  { name: 'changed route, apply to served, ms', of: ({ latencies }) => times(latencies.edited) },
  { name: 'served p99 / bare p99', goal: '12', of: ({ latencies }) => shown(latencies.ratio) },
  { name: 'changed route, apply to Ready, ms', of: ({ latencies }) => times(latencies.ready) },
  {
    name: 'error answers of a live route while edited',
    goal: '0',
    of: ({ latencies }) => `${latencies.liveErrors} of ${shown(latencies.livePolls)}`,
  },
  { name: 'error answers of new routes', goal: '0', of: ({ latencies }) => shown(latencies.addedErrors) },
  { name: 'revoked to refused, ms', goal: '1,000', of: ({ latencies }) => times(latencies.revoked) },
  { name: 'operator RSS, largest, MiB', goal: '512', of: ({ memory }) => shown(memory.operatorPeak) },
  {
    name: 'operator RSS after restart, largest / at rest, MiB',
    goal: '512',
    of: ({ memory }) => `${shown(memory.operatorRestartedPeak)} / ${shown(memory.operatorSteady)}`,
  },
  { name: 'of it heap in use, MiB', of: ({ memory }) => shown(memory.operatorHeap) },
  {
    name: 'gateway RSS, largest / after restart, MiB',
    of: ({ memory }) => `${shown(memory.gatewayPeak)} / ${shown(memory.gatewaySteady)}`,
  },
  {
    name: 'operator cold start: lists / first pass, s',
    goal: '30',
    of: ({ starts }) => `${seconds(starts.operatorReadyMs)} / ${seconds(starts.operatorFirstPassMs)}`,
  },
  { name: 'writes of that cold start', goal: '0', of: ({ starts }) => shown(starts.operatorWrites) },
  { name: 'gateway cold start, s', goal: '3', of: ({ starts }) => seconds(starts.gatewayReadyMs) },
  { name: 'warnings logged', of: (at) => shown(at.warnings) },
];

/** The figures as Markdown, with where they come from. */
export function report({ date, machine, command, isFull, sizes }: Report): string {
  const head = ['At … ApiServices', 'goal', ...sizes.map(({ apiServices }) => shown(apiServices))];
  const body = rows.map(({ name, goal, of }) => [name, goal === undefined ? '' : `≤ ${goal}`, ...sizes.map(of)]);
  const caution = isFull
    ? []
    : [
        '**A quick look, not the figures of the promise**: smaller sizes or a shorter rest than `make bench-control-plane` takes.',
        '',
      ];
  return [
    ...caution,
    `\`${command}\`, ${date}, ${machine}. Pairs of times are p50 / p99.`,
    '',
    markdownTable(head, body),
    '',
    ...flatness(sizes),
    ...atRest(sizes),
  ].join('\n');
}

/** How much later a change is served at the largest size than at the smallest, beside what the API server alone takes. */
function flatness(sizes: readonly SizeFigures[]): string[] {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const growth = served(last) / served(first);
  const bare = last.latencies.bare.p99 / first.latencies.bare.p99;
  return [
    `Flat: at ${shown(last.apiServices)} a change is served ${shown(growth)} times as late (p99) as at ${shown(first.apiServices)}, ` +
      `a bare apply ${shown(bare)} times: ${shown(growth / bare)} times beside it; goal ≤ 1.5.`,
  ];
}

function served({ latencies }: SizeFigures): number {
  return Math.max(latencies.added.p99, latencies.edited.p99);
}

function atRest(sizes: readonly SizeFigures[]): string[] {
  return sizes.flatMap(({ idle, apiServices }) => {
    if (idle === undefined) return [];
    const writes = Object.entries(idle.writes).map(([resource, count]) => `${count} of ${resource}`);
    const told = writes.length === 0 ? '0 writes' : `writes: ${writes.join(', ')}`;
    return [
      `At rest for ${idle.seconds} s at ${shown(apiServices)}: ${told} (goal 0), ${idle.emptyWrites} requests that changed nothing, ` +
        `${idle.leaseWrites} Lease renewals (API server, operator, gateway), operator ${shown(idle.operatorCpuPercent)} % of a core.`,
    ];
  });
}

function times({ p50, p99 }: Distribution): string {
  return `${shown(p50)} / ${shown(p99)}`;
}

function seconds(ms: number): string {
  return shown(ms / 1000);
}
