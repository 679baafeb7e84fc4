import { markdownTable } from '../markdown.ts';
import { shown } from '../statistics.ts';
import type { GatewayBenchConfig } from './config.ts';
import type { GatewayFigures, TargetFigures } from './measure.ts';

export interface Report {
  readonly date: string;
  readonly machine: string;
  readonly config: GatewayBenchConfig;
  readonly figures: GatewayFigures;
}

/** What one core of the gateway must do beside one core of nginx. */
const goal = 0.35;

/** The figures as Markdown, with where they come from. */
export function report({ date, machine, config, figures }: Report): string {
  const { nginx, policies, plain, bare } = figures;
  const ratio = (of: TargetFigures): string => shown(of.requestsPerSecond / nginx.requestsPerSecond);
  const rows: [string, TargetFigures][] = [
    ['nginx, one worker, forwards', nginx],
    ['Simpul: key, limits, metrics, access log', policies],
    ['Simpul: routes and forwards', plain],
    ['node:http and undici alone', bare],
  ];
  const head = ['One core', 'req/s', 'beside nginx', 'req per CPU s', 'p50 / p99, ms', 'p50 alone, ms', 'RSS, MiB'];
  const body = rows.map(([name, of]) => [
    ...[name, shown(of.requestsPerSecond), ratio(of), shown(of.requestsPerCpuSecond)],
    ...[`${shown(of.p50Ms)} / ${shown(of.p99Ms)}`, shown(of.singleP50Ms), shown(of.rssMiB)],
  ]);
  const caution = config.isFull
    ? []
    : [
        '**A quick look, not the figures of the promise**: fewer or shorter rounds than `make bench-gateway` takes.',
        '',
      ];
  const met = policies.requestsPerSecond >= goal * nginx.requestsPerSecond ? 'met' : 'missed';
  return [
    ...caution,
    `\`${config.command}\`, ${date}, ${machine}. ${config.rounds} shuffled rounds of ${config.seconds} s, ` +
      `${config.connections} connections; req/s is the 75th percentile of the rounds, "alone" means one connection.`,
    '',
    markdownTable(head, body),
    '',
    `Goal: with key, limits, metrics and access log at least ${goal} times nginx: ${met} (${ratio(policies)}).`,
  ].join('\n');
}
