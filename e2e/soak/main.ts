import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Compiled } from '#api/compiled/contract.ts';
import { type Balanced, startBalancer } from '#e2e/gateway/haproxy.ts';
import { aGateway, anApi, aSubscription, aTenant, hashOf } from '#gateway/testing/compiled.ts';
import { redisAt } from '#gateway/testing/limit-pod.ts';
import { backendAt } from '#gateway/testing/test-backend.ts';
import { flushMs } from '#gateway/usage/usage-keeper.ts';
import type { UsageReport } from '#gateway/usage/usage-table.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { aRedis } from '#tools/testing/redis.ts';
import { type Balance, balance, type Sample, slopeOf } from './ledger.ts';
import { Pod } from './pod.ts';
import { CountingBackend, Traffic } from './traffic.ts';

/*
 * Mixed traffic through haproxy to three gateways that share a Redis, while the configuration changes every second, one
 * gateway is replaced every 20 s and one killed every minute. The first gateway stays: its memory is watched.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' } } });
const minutes = Math.min(Math.max(Number(values.minutes), 0.5), 240);
const key = 'simpul_soak-0123456789-abcdefghijklmnopqrstuv';
const slots = 3;
const replaceEveryMs = 20_000;
const killEveryMs = 60_000;
const churnEveryMs = 1000;
const sampleEveryMs = 2000;
/** Of the gateway that stays, over the second half of a run. */
const mostBytesPerMinute = 1024 * 1024;
const mostLiveBytesPerMinute = 128 * 1024;
/** A shorter run is still filling its caches. */
const leastMinutesForSlope = 10;

await using stack = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'simpul-soak-'));
stack.defer(() => rm(folder, { recursive: true, force: true }));
const backend = new CountingBackend();
const backendUrl = await backend.start();
stack.defer(() => backend.stop());
const redis = stack.use(await aRedis());
const free = await freePorts(4 * slots);
const places: Balanced[] = Array.from({ length: 2 * slots }, (_, i) => ({
  port: free[2 * i] ?? 0,
  adminPort: free[2 * i + 1] ?? 0,
}));

const api = (id: string, path: string, change: object = {}) =>
  anApi({ id: `banten/${id}`, basePath: `/soak/${path}`, backend: backendAt(backendUrl), ...change });
const by = { by: 'Subscription' } as const;
const keyed = {
  authentication: { mode: 'Required' as const, keyManagers: [] },
  plans: { dasar: { limits: [{ id: 'm', requests: 1_000_000, per: 'Minute' as const, ...by }] } },
};
const apis = {
  data: api('data', 'data', keyed),
  limited: api('limited', 'limited', { ...keyed, limits: [{ id: 'x', requests: 5, per: 'Second', ...by }] }),
  crowded: api('crowded', 'crowded', {
    ...keyed,
    limits: [
      { id: 'c', concurrent: 4, ...by },
      { id: 'b', bytes: 2_000_000, per: 'Minute', ...by },
    ],
  }),
  churned: api('churned', 'churned', keyed),
};
const grants = Object.values(apis).map(({ id }) => ({ api: id, plan: 'dasar' }));
const gateway = aGateway({
  redis: redisAt(redis.port, { pods: slots }),
  trustedProxies: ['127.0.0.1/32'], // keeps the ids of the calls
  drainDelayMs: 1000,
});
/** What gateways serve now, by id. */
const objects = new Map<string, Compiled>(
  [
    gateway,
    aTenant(),
    aTenant({ id: 'tangerang', hosts: [], paths: [] }),
    aSubscription({ credentials: [{ name: 'main', type: 'ApiKey', hash: hashOf(key) }], grants }),
    ...Object.values(apis),
  ].map((object) => [`${object.kind} ${object.id}`, object]),
);

const all: Pod[] = [];
const running: Pod[] = [];
/** Which of its two places each slot uses now. */
const turns = Array.from({ length: slots }, () => 0);

async function start(slot: number): Promise<Pod> {
  const place = places[2 * slot + (turns[slot] ?? 0)];
  if (place === undefined) throw new RangeError(`there is no slot ${slot}`);
  const pod = await Pod.start(place, join(folder, `${all.length}.log`), [...objects.values()]);
  all.push(pod);
  running[slot] = pod;
  for (const object of objects.values()) pod.send({ do: 'put', object }); // what changed while it started
  return pod;
}

for (let slot = 0; slot < slots; slot++) await start(slot);
stack.defer(async () => {
  await Promise.all(all.filter((pod) => pod.isRunning).map((pod) => pod.kill()));
});
const [witness] = running;
if (witness === undefined) throw new RangeError('there is no gateway');
const balancer = stack.use(await startBalancer(places));
await delay(1000);

const traffic = new Traffic(`http://127.0.0.1:${balancer.port}`, key);
const began = performance.now();
const endsAt = began + minutes * 60_000;
traffic.start(12);
const resident: Sample[] = [];
const live: Sample[] = [];
await Promise.all([churn(), replace(), sample()]);
await traffic.stop();
const usage = await usageOf(witness);
for (const pod of all) if (pod.isRunning) await pod.end();
const books = balance({ ended: traffic.ended, backendCalls: backend.calls, pods: all });
process.exitCode = tell(books, usage);

/** One change in a second: another shape of an API, or one that comes and goes. */
async function churn(): Promise<void> {
  for (let i = 1; performance.now() < endsAt; i++) {
    await delay(churnEveryMs);
    const shape = api('data', 'data', {
      ...keyed,
      backend: backendAt(backendUrl, { timeoutMs: 5000 + (i % 7) * 100 }),
    });
    if (i % 4 === 0) change('remove', apis.churned);
    else if (i % 4 === 2) change('put', apis.churned);
    else change('put', shape);
  }
}

function change(what: 'put' | 'remove', object: Compiled): void {
  const name = `${object.kind} ${object.id}`;
  if (what === 'put') objects.set(name, object);
  else objects.delete(name);
  for (const pod of running) pod.send({ do: what, object });
}

/** Starts the new one, then ends the old one, as a Deployment does; now and then the old one just dies. */
async function replace(): Promise<void> {
  let killedAt = began;
  for (let i = 0; performance.now() + replaceEveryMs < endsAt; i++) {
    await delay(replaceEveryMs);
    const slot = 1 + (i % (slots - 1));
    const old = running[slot];
    const dies = performance.now() - killedAt >= killEveryMs;
    if (dies) {
      killedAt = performance.now();
      await old?.kill();
    }
    turns[slot] = 1 - (turns[slot] ?? 0);
    await start(slot);
    await delay(500); // until the balancer has seen it
    if (!dies) await old?.end();
  }
}

async function sample(): Promise<void> {
  while (performance.now() < endsAt) {
    await delay(sampleEveryMs);
    const told = await witness?.tell();
    if (told === undefined) continue;
    resident.push([performance.now(), told.residentBytes]);
    if (told.liveBytes > 0) live.push([performance.now(), told.liveBytes]);
  }
}

/** Calls that Redis knows of, when all that live have flushed. */
async function usageOf(pod: Pod): Promise<number> {
  const ask = async ({ place }: Pod) =>
    (await (await fetch(`http://127.0.0.1:${place.adminPort}/usage`)).json()) as UsageReport;
  for (const other of running) await ask(other);
  return (await ask(pod)).rows.reduce((sum, { calls }) => sum + calls, 0);
}

/** Over the second half. */
function laterSlopeOf(samples: readonly Sample[]): number {
  return slopeOf(samples.filter(([at]) => at > began + (endsAt - began) / 2));
}

/** Prints the table; the exit code. */
function tell({ calls, byStatus, lines, faults, withKilled }: Balance, used: number): number {
  const [slope, liveSlope] = [resident, live].map(laterSlopeOf) as [number, number];
  const inMiB = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
  const perApi = all.flatMap((pod) => pod.lines()).filter((line) => line.api !== undefined).length;
  const rows: readonly (readonly [string, string | number])[] = [
    ['minutes', minutes],
    ['calls of clients', calls],
    ['by status', JSON.stringify(byStatus)],
    ['lines in logs', lines],
    ['calls of APIs in logs, and in usage', `${perApi}, ${used}`],
    ['gateway processes, killed', `${all.length}, ${withKilled.kills}`],
    ['calls cut by kills', withKilled.callsCut],
    ['answered calls whose line a killed pod took along', withKilled.linesLost],
    [
      'resident memory of the first gateway, MiB',
      `${inMiB(resident[0]?.[1] ?? 0)} to ${inMiB(resident.at(-1)?.[1] ?? 0)}`,
    ],
    ['its slope over the second half, MiB a minute', inMiB(slope)],
    ['what lives in it after collections, MiB', `${inMiB(live[0]?.[1] ?? 0)} to ${inMiB(live.at(-1)?.[1] ?? 0)}`],
    ['its slope over the second half, MiB a minute', inMiB(liveSlope)],
  ];
  for (const [what, value] of rows) console.log(`${what.padEnd(52)} ${value}`);
  const wrong = [...faults, ...faultsOfSums({ used, perApi, withKilled, slope, liveSlope })];
  for (const fault of wrong.slice(0, 20)) console.error(fault);
  console.log(wrong.length === 0 ? 'clients, logs, metrics, usage and backend agree' : `${wrong.length} faults`);
  return wrong.length === 0 ? 0 : 1;
}

interface Sums {
  /** Calls of APIs, as usage and as the logs have them. */
  readonly used: number;
  readonly perApi: number;
  readonly withKilled: Balance['withKilled'];
  /** Bytes per minute, of resident memory and of what lives. */
  readonly slope: number;
  readonly liveSlope: number;
}

function faultsOfSums({ used, perApi, withKilled: { kills, linesLost }, slope, liveSlope }: Sums): string[] {
  const faults: string[] = [];
  // A killed pod takes at most one flush interval of its usage along.
  if (used > perApi + linesLost) faults.push(`usage has ${used} calls, more than the logs with ${perApi}`);
  const lost = kills * ((perApi / (minutes * 60_000)) * flushMs);
  if (used < perApi - lost) faults.push(`usage has ${used} calls, the logs ${perApi}`);
  const isLong = minutes >= leastMinutesForSlope;
  if (isLong && slope > mostBytesPerMinute) faults.push(`memory grows by ${Math.round(slope)} bytes a minute`);
  if (isLong && liveSlope > mostLiveBytesPerMinute) faults.push(`${Math.round(liveSlope)} bytes a minute stay alive`);
  return faults;
}
