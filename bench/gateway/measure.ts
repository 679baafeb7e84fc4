import { join } from 'node:path';
import { progress } from '../progress.ts';
import { percentile } from '../statistics.ts';
import type { GatewayBenchConfig } from './config.ts';
import { firstToken } from './evidence.ts';
import { type LoadResult, load } from './load.ts';
import { type Scenario, type Shot, scenarios } from './scenarios.ts';
import type { Field, Target, TargetId } from './targets.ts';
import { basePath } from './world.ts';

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

export interface ScenarioFigures {
  readonly scenario: Pick<Scenario, 'id' | 'title' | 'beside' | 'goal'>;
  readonly peer: TargetFigures;
  readonly ours: TargetFigures;
}

export interface GatewayFigures {
  /** Small GETs, everything side by side. */
  readonly main: readonly TargetFigures[];
  readonly scenarios: readonly ScenarioFigures[];
}

interface Turn extends LoadResult {
  readonly cpuSeconds: number;
}

/** What is shot at what, from how many connections. */
interface Aim {
  readonly target: Target;
  readonly shot: Shot;
  readonly connections: number;
}

const warmUpSeconds = 4;
const scenarioSeconds = 1;

/** Every target in every round, in an order drawn by lot, so that a slow moment of the machine hits all alike. */
export async function measure(field: Field, config: GatewayBenchConfig): Promise<GatewayFigures> {
  const { connections } = config;
  const small = [...field.targets.values()].map(
    (target): Aim => ({ target, shot: { target: target.id }, connections }),
  );
  for (const aim of small) {
    progress(`warming up ${aim.target.id}`);
    await turn(field, aim, { ...config, seconds: warmUpSeconds });
  }
  const main = await measureAims(field, 'small GETs', small, config);
  const others: ScenarioFigures[] = [];
  for (const scenario of scenarios) others.push(...(await measureScenario(field, scenario, config)));
  return { main, scenarios: others };
}

/** None where the peer is not measured. What has a goal is measured as long as the main figures. */
async function measureScenario(
  field: Field,
  { peer, ours, connections, ...scenario }: Scenario,
  config: GatewayBenchConfig,
): Promise<ScenarioFigures[]> {
  const aims = [peer, ours].flatMap((shot) => {
    const target = field.targets.get(shot.target);
    return target === undefined ? [] : [{ target, shot, connections }];
  });
  if (aims.length < 2) return [];
  const shorter = { ...config, rounds: Math.ceil(config.rounds / 2), seconds: scenarioSeconds };
  for (const aim of aims) await turn(field, aim, shorter); // code that no other call has run
  const [first, second] = await measureAims(
    field,
    scenario.title,
    aims,
    scenario.goal === undefined ? shorter : config,
  );
  return first === undefined || second === undefined ? [] : [{ scenario, peer: first, ours: second }];
}

/** The figures in the order of the aims. */
async function measureAims(
  field: Field,
  title: string,
  aims: readonly Aim[],
  config: GatewayBenchConfig,
): Promise<readonly TargetFigures[]> {
  const turns = new Map<Aim, Turn[]>(aims.map((aim) => [aim, []]));
  for (let round = 1; round <= config.rounds; round += 1) {
    for (const aim of shuffled(aims)) turns.get(aim)?.push(await turn(field, aim, config));
    const rates = [...turns].map(
      ([{ target }, done]) => `${target.id} ${Math.round(done.at(-1)?.requestsPerSecond ?? 0)}/s`,
    );
    progress(`${title}, round ${round} of ${config.rounds}: ${rates.join(', ')}`);
  }
  return await Promise.all(
    aims.map(async (aim) => summed(aim.target.id, turns.get(aim) ?? [], await aim.target.use())),
  );
}

async function turn(field: Field, { target, shot, connections }: Aim, config: GatewayBenchConfig): Promise<Turn> {
  const { path = `${basePath}/`, over = 'HTTP/1.1', by = 'Key', body } = shot;
  const { seconds, cores } = config;
  const { folder } = field;
  const before = await target.use();
  const result = await load({
    url: `${over === 'HTTP/1.1' ? target.origin : target.secureOrigin}${path}`,
    headers: by === 'Token' ? { authorization: `Bearer ${await firstToken(folder)}` } : headersOf(target, by),
    ...(by === 'ManyTokens' ? { tokens: join(folder, 'tokens') } : {}),
    newFields: shot.newFields,
    ...{ connections, body, seconds, core: cores[1], folder, http2: over === 'HTTP/2' },
  });
  return { ...result, cpuSeconds: (await target.use()).cpuSeconds - before.cpuSeconds };
}

function headersOf({ headers }: Target, by: Shot['by']): Target['headers'] {
  return by === 'Key' ? headers : {};
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
