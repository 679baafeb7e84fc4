import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Lease } from '#api/compiled/lease.ts';
import { coreKinds } from '#api/kinds.ts';
import type { ApiServerStore } from '#kube/api-server-store.ts';
import { runReflector } from '#kube/reflector.ts';
import { widgetKind } from '#kube/store.suite.ts';
import type { Widget } from '#kube/suite/widget.ts';
import type { ControlPlane } from '#tools/controlplane/control-plane.ts';
import { namespace, openStore, startWidgetCluster, waitFor } from './fixture.ts';

// A tenth of the defaults (15 s, 10 s, 2 s), as whole a second as a Lease can say.
const leaseMs = 1_500;
const renewMs = 1_000;
const retryMs = 200;

let cluster: ControlPlane;
let store: ApiServerStore;
const running: Candidate[] = [];

before(async () => {
  cluster = await startWidgetCluster();
  store = await openStore(cluster.kubeconfig);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((candidate) => candidate.kill()));
});
after(async () => {
  await store?.close();
  await cluster?.stop();
});

/** One candidate process and what it said. */
class Candidate {
  readonly events: { event: string; identity: string; message?: string }[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(lease: string) {
    const program = fileURLToPath(new URL('./election-candidate.ts', import.meta.url));
    const args = [program, cluster.kubeconfig, lease, leaseMs, renewMs, retryMs].map(String);
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#exited = once(this.#child, 'exit');
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.events.push(JSON.parse(line)));
    running.push(this);
  }

  get identity(): string {
    return this.events[0]?.identity ?? '';
  }

  async until(event: string, timeoutMs = 30_000): Promise<void> {
    const explain = () => JSON.stringify(this.events.slice(-5));
    await waitFor(`${event} of a candidate`, () => this.has(event), { timeoutMs, explain });
  }

  has(event: string): boolean {
    return this.events.some((said) => said.event === event);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async exited(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

/** Every accepted write of the leaders' object, in the order in which the API server took them. */
function recordWrites(lease: string): { writers: string[]; stop: () => Promise<void> } {
  const controller = new AbortController();
  const writers: string[] = [];
  const record = (object: Widget) => writers.push(object.spec?.settings?.['writer'] ?? '');
  const handler = {
    replace: (items: readonly Widget[]) => items.forEach(record),
    upsert: record,
    remove: () => undefined,
  };
  const source = { kind: widgetKind, namespace, fieldSelector: `metadata.name=${lease}` };
  const done = runReflector<Widget>(store, source, handler, { signal: controller.signal });
  return {
    writers,
    stop: async () => {
      controller.abort();
      await done;
    },
  };
}

async function leaseNow(name: string): Promise<Lease> {
  return (await store.get<Lease>(coreKinds.Lease, { namespace, name }))!;
}

/** The operator itself is paused 20 times, in e2e/operator/leadership.test.ts. */
const pauses = 5;

test(`a leader paused past its lease, ${pauses} times: no stale write is accepted, and it ends itself`, async () => {
  const lease = 'paused';
  const record = recordWrites(lease);
  let leader = new Candidate(lease);
  await leader.until('leading');
  for (let round = 1; round <= pauses; round += 1) {
    const heir = new Candidate(lease);
    await heir.until('started');
    const writtenBefore = record.writers.length;
    await waitFor('the leader to write', () => record.writers.length > writtenBefore);
    leader.signal('SIGSTOP');
    await heir.until('leading');
    await waitFor('the heir to write', () => record.writers.at(-1) === heir.identity);
    leader.signal('SIGCONT');
    assert.equal(await leader.exited(), 1, 'the old leader ends');
    assert.ok(leader.has('Lost'));
    leader = heir;
  }
  await record.stop();
  // Each leader's writes are one block: once its heir has written, nothing of it came through.
  const blocks = record.writers.filter((writer, index) => writer !== record.writers[index - 1]);
  assert.equal(blocks.length, new Set(record.writers).size, 'a stale write lies between those of an heir');
  assert.equal(blocks.length, pauses + 1);
  console.log(`${record.writers.length} accepted writes of ${pauses + 1} leaders, 0 stale`);
});

test('kill -9 of the leader: another leads within lease + retry', async () => {
  const lease = 'killed';
  const leader = new Candidate(lease);
  await leader.until('leading');
  const heir = new Candidate(lease);
  await heir.until('started');
  const times: number[] = [];
  const killed = performance.now();
  await leader.kill();
  await heir.until('leading');
  times.push(performance.now() - killed);
  console.log(`takeover after kill -9 in ${Math.round(times[0]!)} ms (lease ${leaseMs} + retry ${retryMs})`);
  assert.ok(times[0]! < 5 * (leaseMs + retryMs));
  const { spec } = await leaseNow(lease);
  assert.equal(spec?.holderIdentity, heir.identity);
  assert.equal(spec?.leaseTransitions, 2);
});

test('clean stop: the Lease is released, and another leads within a retry', async () => {
  const lease = 'released';
  const leader = new Candidate(lease);
  await leader.until('leading');
  const heir = new Candidate(lease);
  await heir.until('started');
  const stopped = performance.now();
  leader.signal('SIGTERM');
  await heir.until('leading');
  console.log(`takeover after a clean stop in ${Math.round(performance.now() - stopped)} ms (retry ${retryMs})`);
  assert.equal(await leader.exited(), 0);
  assert.ok(leader.has('Stopped'));
});

test('of five candidates that start at once exactly one leads', async () => {
  const lease = 'crowd';
  const record = recordWrites(lease);
  const candidates = Array.from({ length: 5 }, () => new Candidate(lease));
  await Promise.all(candidates.map((candidate) => candidate.until('started')));
  await waitFor('fifty writes', () => record.writers.length > 50);
  assert.equal(candidates.filter((candidate) => candidate.has('leading')).length, 1);
  assert.equal(new Set(record.writers).size, 1);
  await record.stop();
});

test('API server paused for longer than the deadline: the leader gives up, and one leads afterwards', async () => {
  const lease = 'unreachable';
  const leader = new Candidate(lease);
  await leader.until('leading');
  cluster.apiServer.pause();
  await leader.until('Lost');
  assert.equal(await leader.exited(), 1);
  cluster.apiServer.resume();
  const next = new Candidate(lease);
  await next.until('leading');
});

test('a deleted Lease is made anew by its leader', async () => {
  const lease = 'deleted';
  const leader = new Candidate(lease);
  await leader.until('leading');
  const { uid } = (await leaseNow(lease)).metadata;
  await store.delete(coreKinds.Lease, { namespace, name: lease });
  await waitFor('a new Lease', async () => {
    const found = await store.get<Lease>(coreKinds.Lease, { namespace, name: lease });
    return found?.spec?.holderIdentity === leader.identity && found.metadata.uid !== uid;
  });
  assert.ok(!leader.has('Lost'));
});
