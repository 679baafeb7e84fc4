import { progress } from '../progress.ts';
import { percentile } from '../statistics.ts';
import type { GatewayBenchConfig } from './config.ts';
import { type LoadResult, load } from './load.ts';
import type { Field, Target } from './targets.ts';

/** What all turns of one target come to. */
export interface TargetFigures {
  readonly name: string;
  /** 75th percentile of the rounds: what it does when the machine lets it, without the one lucky round. */
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** With one connection. */
  readonly singleP50Ms: number;
  readonly rssMiB: number;
  /** The rate of each round, in order. */
  readonly rounds: readonly number[];
}

export interface GatewayFigures {
  readonly nginx: TargetFigures;
  readonly policies: TargetFigures;
  readonly plain: TargetFigures;
  readonly bare: TargetFigures;
}

interface Turn extends LoadResult {
  readonly cpuSeconds: number;
}

const warmUpSeconds = 4;

/** Every target in every round, in an order drawn by lot, so that a slow moment of the machine hits all alike. */
export async function measure(field: Field, config: GatewayBenchConfig): Promise<GatewayFigures> {
  const targets = [field.nginx, field.policies, field.plain, field.bare];
  for (const target of targets) {
    progress(`warming up ${target.name}`);
    await turn(target, { ...config, seconds: warmUpSeconds });
  }
  const many = await interleave(targets, config.rounds, (target) => turn(target, config));
  const single = await interleave(targets, Math.ceil(config.rounds / 3), (target) =>
    turn(target, { ...config, connections: 1, seconds: 1 }),
  );
  const figures = async (target: Target): Promise<TargetFigures> =>
    summed(target.name, { many: many.get(target) ?? [], single: single.get(target) ?? [] }, await target.use());
  return {
    nginx: await figures(field.nginx),
    policies: await figures(field.policies),
    plain: await figures(field.plain),
    bare: await figures(field.bare),
  };
}

async function interleave(
  targets: readonly Target[],
  rounds: number,
  run: (target: Target) => Promise<Turn>,
): Promise<Map<Target, Turn[]>> {
  const turns = new Map<Target, Turn[]>(targets.map((target) => [target, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of shuffled(targets)) turns.get(target)?.push(await run(target));
    const rates = [...turns].map(([{ name }, done]) => `${name} ${Math.round(done.at(-1)?.requestsPerSecond ?? 0)}/s`);
    progress(`round ${round} of ${rounds}: ${rates.join(', ')}`);
  }
  return turns;
}

async function turn(target: Target, config: GatewayBenchConfig): Promise<Turn> {
  const { connections, seconds } = config;
  const before = await target.use();
  const result = await load({ ...target, connections, seconds, core: config.cores[1] });
  return { ...result, cpuSeconds: (await target.use()).cpuSeconds - before.cpuSeconds };
}

function summed(
  name: string,
  turns: { readonly many: readonly Turn[]; readonly single: readonly Turn[] },
  { rssMiB }: { readonly rssMiB: number },
): TargetFigures {
  const of = (pick: (turn: Turn) => number, share: number, from = turns.many): number =>
    percentile(from.map(pick), share);
  return {
    ...{ name, rssMiB },
    requestsPerSecond: of((turn) => turn.requestsPerSecond, 0.75),
    requestsPerCpuSecond: of((turn) => turn.requests / turn.cpuSeconds, 0.75),
    p50Ms: of((turn) => turn.p50Ms, 0.5),
    p99Ms: of((turn) => turn.p99Ms, 0.5),
    singleP50Ms: of((turn) => turn.p50Ms, 0.5, turns.single),
    rounds: turns.many.map((turn) => Math.round(turn.requestsPerSecond)),
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(Math.floor(Math.random() * left.length), 1));
}
