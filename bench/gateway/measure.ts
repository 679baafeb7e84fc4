import { progress } from '../progress.ts';
import { percentile } from '../statistics.ts';
import type { GatewayBenchConfig } from './config.ts';
import { type LoadResult, load } from './load.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { Field, Target, TargetId } from './targets.ts';

/** What all turns of one target in one scenario come to. */
export interface TargetFigures {
  readonly id: TargetId;
  /** 75th percentile of the rounds: what it does when the machine lets it, without the one lucky round. */
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** After the last turn. */
  readonly rssMiB: number;
  /** The rate of each round, in order. */
  readonly rounds: readonly number[];
}

export interface ScenarioFigures extends Pick<Scenario, 'id' | 'title'> {
  readonly figures: readonly TargetFigures[];
}

export interface GatewayFigures {
  /** Small GETs, everything side by side. */
  readonly main: readonly TargetFigures[];
  readonly scenarios: readonly ScenarioFigures[];
}

interface Turn extends LoadResult {
  readonly cpuSeconds: number;
}

const warmUpSeconds = 4;
const scenarioSeconds = 1;

/** Every target in every round, in an order drawn by lot, so that a slow moment of the machine hits all alike. */
export async function measure(field: Field, config: GatewayBenchConfig): Promise<GatewayFigures> {
  const small = {
    id: 'small',
    title: 'small GETs',
    targets: config.targets,
    connections: config.connections,
    path: '',
  };
  for (const target of field.targets.values()) {
    progress(`warming up ${target.id}`);
    await turn(target, small, { ...config, seconds: warmUpSeconds });
  }
  const main = await measureScenario(field, small, config);
  const others: ScenarioFigures[] = [];
  const shorter = { ...config, rounds: Math.ceil(config.rounds / 2), seconds: scenarioSeconds };
  for (const scenario of scenarios) {
    const { id, title } = scenario;
    others.push({ id, title, figures: await measureScenario(field, scenario, shorter) });
  }
  return { main, scenarios: others };
}

async function measureScenario(
  field: Field,
  scenario: Scenario,
  config: GatewayBenchConfig,
): Promise<readonly TargetFigures[]> {
  const targets = scenario.targets.flatMap((id) => field.targets.get(id) ?? []);
  const turns = new Map<Target, Turn[]>(targets.map((target) => [target, []]));
  for (let round = 1; round <= config.rounds; round += 1) {
    for (const target of shuffled(targets)) turns.get(target)?.push(await turn(target, scenario, config));
    const rates = [...turns].map(([{ id }, done]) => `${id} ${Math.round(done.at(-1)?.requestsPerSecond ?? 0)}/s`);
    progress(`${scenario.title}, round ${round} of ${config.rounds}: ${rates.join(', ')}`);
  }
  return await Promise.all(
    targets.map(async (target) => summed(target.id, turns.get(target) ?? [], await target.use())),
  );
}

async function turn(target: Target, scenario: Scenario, config: GatewayBenchConfig): Promise<Turn> {
  const { headers, url } = target;
  const { connections, path, bodyBytes } = scenario;
  const { seconds, cores } = config;
  const before = await target.use();
  const result = await load({ url: `${url}${path}`, headers, connections, bodyBytes, seconds, core: cores[1] });
  return { ...result, cpuSeconds: (await target.use()).cpuSeconds - before.cpuSeconds };
}

function summed(id: TargetId, turns: readonly Turn[], { rssMiB }: { readonly rssMiB: number }): TargetFigures {
  const of = (pick: (turn: Turn) => number, share: number): number => percentile(turns.map(pick), share);
  return {
    ...{ id, rssMiB },
    requestsPerSecond: of((turn) => turn.requestsPerSecond, 0.75),
    requestsPerCpuSecond: of((turn) => turn.requests / turn.cpuSeconds, 0.75),
    p50Ms: of((turn) => turn.p50Ms, 0.5),
    p99Ms: of((turn) => turn.p99Ms, 0.5),
    rounds: turns.map((turn) => Math.round(turn.requestsPerSecond)),
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(Math.floor(Math.random() * left.length), 1));
}
