import { markdownTable } from '#tools/docs/markdown.ts';
import { shown } from '../statistics.ts';
import type { GatewayBenchConfig } from './config.ts';
import type { GatewayFigures, ScenarioFigures, TargetFigures } from './measure.ts';
import { type TargetId, titles } from './targets.ts';

export interface Report {
  readonly date: string;
  readonly machine: string;
  readonly config: GatewayBenchConfig;
  readonly figures: GatewayFigures;
}

/** What one core of the gateway must do beside one core of nginx. */
const goal = 0.6;
/** What one core of the gateway must do beside one core of Express Gateway with the same policies. */
const expressGoal = 20;

/** The figures as Markdown, with where they come from. */
export function report({ date, machine, config, figures }: Report): string {
  const caution = config.isFull
    ? []
    : [
        '**A quick look, not the figures of the promise**: fewer or shorter rounds than `make bench-gateway` takes.',
        '',
      ];
  return [
    ...caution,
    `\`${config.command}\`, ${date}, ${machine}. ${config.rounds} shuffled rounds of ${config.seconds} s, ` +
      `${config.connections} connections; req/s is the 75th percentile of the rounds. Below, half as many rounds of 1 s, but for what has a goal.`,
    '',
    mainTable(figures.main),
    '',
    scenarioTable(figures.scenarios),
    '',
    ...goalsOf(figures.main),
    ...scenarioGoals(figures.scenarios),
  ].join('\n');
}

function mainTable(main: readonly TargetFigures[]): string {
  const nginx = find(main, 'nginx');
  const head = ['One core, small GETs', 'req/s', 'beside nginx', 'req per CPU s', 'p50 / p99, ms', 'RSS, MiB'];
  const body = main.map((of) => [
    ...[titles[of.id], shown(of.requestsPerSecond), shown(ratio(of, nginx)), shown(of.requestsPerCpuSecond)],
    ...[`${shown(of.p50Ms)} / ${shown(of.p99Ms)}`, shown(of.rssMiB)],
  ]);
  return markdownTable(head, body);
}

function scenarioTable(scenarios: readonly ScenarioFigures[]): string {
  const head = ['Scenario', 'Beside', 'Peer, req/s', 'Simpul, req/s', 'Ratio', 'p50, ms: peer / Simpul'];
  const body = scenarios.map(({ scenario, peer, ours }) => [
    ...[scenario.title, scenario.beside ?? 'nginx', shown(peer.requestsPerSecond), shown(ours.requestsPerSecond)],
    ...[shown(ratio(ours, peer)), `${shown(peer.p50Ms)} / ${shown(ours.p50Ms)}`],
  ]);
  return markdownTable(head, body);
}

function scenarioGoals(scenarios: readonly ScenarioFigures[]): string[] {
  return scenarios.flatMap(({ scenario, peer, ours }) => {
    if (scenario.goal === undefined) return [];
    const value = ratio(ours, peer);
    const verdict = value !== undefined && value >= scenario.goal ? 'met' : 'missed';
    return [`- ${scenario.title}: at least ${scenario.goal} times ${scenario.beside}: ${verdict} (${shown(value)}).`];
  });
}

function goalsOf(main: readonly TargetFigures[]): string[] {
  const policies = find(main, 'policies');
  const goals: readonly [TargetId, number, string][] = [
    ['nginx', goal, 'nginx that only forwards'],
    ['lua', 1, 'nginx with Lua and Redis'],
    ['caddy', 1, 'Caddy that only forwards'],
    ['express', expressGoal, 'Express Gateway with key and limit'],
  ];
  return goals.flatMap(([id, least, name]) => {
    const peer = find(main, id);
    if (peer === undefined || policies === undefined) return [];
    const value = ratio(policies, peer);
    const verdict = value !== undefined && value >= least ? 'met' : 'missed';
    return [
      `- With key, limits, metrics and access log at least ${least} times ${name}: ${verdict} (${shown(value)}).`,
    ];
  });
}

function find(figures: readonly TargetFigures[], id: TargetId): TargetFigures | undefined {
  return figures.find((of) => of.id === id);
}

function ratio(of: TargetFigures, beside: TargetFigures | undefined): number | undefined {
  return beside === undefined ? undefined : of.requestsPerSecond / beside.requestsPerSecond;
}
