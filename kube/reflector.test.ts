import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { type ReflectorHandler, type ReflectorOptions, runReflector } from './reflector.ts';
import type { ListOptions, ListPage, Store, WatchEvent, WatchOptions } from './store.ts';
import { StoreError } from './store-error.ts';

/** What the scripted store does at one watch: events, then an error or a normal end. */
interface Script {
  readonly events?: readonly WatchEvent<KubeObject>[];
  readonly error?: Error;
  readonly livesMs?: number;
}

const object = (name: string, resourceVersion: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Secret' },
  metadata: { name, namespace: 'n', resourceVersion },
});
const upsert = (name: string, version: string) => ({ type: 'MODIFIED', object: object(name, version) }) as const;
const bookmark = (resourceVersion: string) => ({ type: 'BOOKMARK', resourceVersion }) as const;

/** Runs a reflector over scripted watches until the script is used up; time passes only in sleeps and in watches. */
async function play(
  scripts: readonly Script[],
  more: { lists?: (options: ListOptions, call: number) => ListPage<KubeObject>; upsert?: (name: string) => void } = {},
) {
  const controller = new AbortController();
  const log: string[] = [];
  const sleeps: number[] = [];
  const watches: string[] = [];
  let nowMs = 0;
  let lists = 0;
  const unused = () => Promise.reject(new Error('not used here'));
  const store: Store = {
    ...{ get: unused, create: unused, apply: unused, applyStatus: unused, delete: unused },
    list: async <T extends KubeObject>(_kind: unknown, options: ListOptions = {}) => {
      lists += 1;
      const page = more.lists?.(options, lists) ?? { items: [], resourceVersion: '10' };
      return page as ListPage<T>;
    },
    async *watch<T extends KubeObject>(_kind: unknown, options: WatchOptions) {
      watches.push(options.resourceVersion);
      const script = scripts[watches.length - 1];
      if (script === undefined) {
        controller.abort();
        return;
      }
      for (const event of script.events ?? []) yield event as WatchEvent<T>;
      nowMs += script.livesMs ?? 0;
      if (script.error !== undefined) throw script.error;
    },
  };
  const handler: ReflectorHandler<KubeObject> = {
    replace: (items, version, epoch) => void log.push(`replace ${items.length} @${version} #${epoch}`),
    upsert: ({ metadata }) => {
      more.upsert?.(metadata.name);
      log.push(`upsert ${metadata.name}`);
    },
    remove: ({ metadata }) => void log.push(`remove ${metadata.name}`),
    progress: (version) => void log.push(`progress ${version}`),
  };
  const restarts: string[] = [];
  const options: ReflectorOptions = {
    signal: controller.signal,
    now: () => nowMs,
    random: () => 1,
    backoff: { baseMs: 100, capMs: 1_000 },
    onRestart: (reason) => restarts.push(reason),
    sleep: async (ms) => {
      sleeps.push(ms);
      nowMs += ms;
    },
  };
  await runReflector(store, { kind: coreKinds.Secret }, handler, options);
  return { log, sleeps, watches, restarts, lists };
}

const broken = new StoreError('Unreachable', 'broken');
const expired = new StoreError('Expired', 'too old');

test('changes and bookmarks move the version from which the next watch resumes', async () => {
  const { log, watches, sleeps } = await play(
    [{ events: [upsert('a', '11'), bookmark('15')] }, { events: [bookmark('20')] }],
    {
      lists: (_options, call) => ({ items: [], resourceVersion: call === 1 ? '10' : '99' }),
    },
  );
  assert.deepEqual(log, ['replace 0 @10 #1', 'upsert a', 'progress 11', 'progress 15', 'progress 20']);
  assert.deepEqual(watches, ['10', '15', '20']);
  assert.deepEqual(sleeps, []);
});

test('failures in a row wait longer and longer, up to the cap', async () => {
  const { sleeps, restarts } = await play(Array.from({ length: 6 }, () => ({ error: broken })));
  assert.deepEqual(sleeps, [100, 200, 400, 800, 1_000, 1_000]);
  assert.ok(restarts.every((reason) => reason === 'Unreachable'));
});

test('an event ends the row of failures', async () => {
  const script = [{ error: broken }, { error: broken }, { events: [bookmark('10')], error: broken }];
  assert.deepEqual((await play(script)).sleeps, [100, 200, 100]);
});

test('a server that hangs up at once is not called in a tight loop; one that hangs up later is', async () => {
  assert.deepEqual((await play([{}, {}, {}])).sleeps, [100, 200, 400]);
  assert.deepEqual((await play([{ livesMs: 10_000 }, { livesMs: 240_000 }])).sleeps, []);
});

test('Retry-After is the least wait', async () => {
  const busy = new StoreError('TooManyRequests', 'busy', { retryAfterMs: 5_000 });
  assert.deepEqual((await play([{ error: busy }])).sleeps, [5_000]);
});

test('Expired lists again at once, but waits when it happens in a row', async () => {
  const { log, sleeps } = await play([{ error: expired }, { error: expired }, { error: expired }]);
  assert.deepEqual(log, ['replace 0 @10 #1', 'replace 0 @10 #2', 'replace 0 @10 #3', 'replace 0 @10 #4']);
  assert.deepEqual(sleeps, [200, 400]);
});

test('a list that expires between its pages is tried with larger pages, and the owner sees only the whole one', async () => {
  const limits: (number | undefined)[] = [];
  const { log } = await play([], {
    lists: (options, call) => {
      limits.push(options.limit);
      if (call === 2) throw expired;
      const items = [object('a', '5')];
      return call === 1 ? { items, resourceVersion: '10', continue: 'more' } : { items, resourceVersion: '12' };
    },
  });
  assert.deepEqual(limits, [500, 500, 5_000]);
  assert.deepEqual(log, ['replace 1 @12 #1']);
});

test('pages grow until 4 MiB make one full, also of few large objects', async () => {
  const limits: (number | undefined)[] = [];
  const sizes = [500 * 1024, 2000 * 1024, 5000 * 1024, 5000 * 10_240, 410 * 1024 * 1024];
  await play([], {
    lists: (options, call) => {
      limits.push(options.limit);
      const items = Array.from({ length: options.limit ?? 0 }, (_, i) => object(`${i}`, '5'));
      const size = { bytes: sizes[call - 1] ?? 0, objects: items.length };
      const page = { items, resourceVersion: '10', size };
      return call < sizes.length ? { ...page, continue: 'more' } : page;
    },
  });
  assert.deepEqual(limits, [500, 2000, 4096, 3355, 500]);
});

test('of a page that can be read one by one, only one object is there at a time', async () => {
  const { log } = await play([], {
    lists: () => ({
      *each() {
        yield object('a', '5');
        yield object('b', '6');
      },
      get items(): never {
        throw new Error('the whole page was read');
      },
      resourceVersion: '10',
    }),
  });
  assert.deepEqual(log, ['replace 2 @10 #1']);
});

test('an owner that throws gets everything anew', async () => {
  let thrown = 0;
  const { log, restarts } = await play(
    [{ events: [upsert('a', '11'), upsert('b', '12')] }, { events: [upsert('c', '13')] }],
    {
      lists: (_options, call) => ({ items: [], resourceVersion: call < 3 ? '10' : '99' }),
      upsert: (name) => {
        if (name !== 'b') return;
        thrown += 1;
        throw new TypeError('a bug');
      },
    },
  );
  assert.equal(thrown, 1);
  assert.equal(restarts[0], 'HandlerFailed');
  assert.deepEqual(log, ['replace 0 @10 #1', 'upsert a', 'progress 11', 'replace 0 @10 #2', 'upsert c', 'progress 13']);
});

test('a store that went back behind our version is listed anew before any watch', async () => {
  const { log, watches, restarts } = await play([{ events: [bookmark('50')], error: broken }], {
    lists: () => ({ items: [], resourceVersion: '40' }),
  });
  assert.deepEqual(watches, ['40', '40']);
  assert.deepEqual(restarts, ['Unreachable', 'RolledBack']);
  assert.deepEqual(log, ['replace 0 @40 #1', 'progress 50', 'replace 0 @40 #2']);
});

/** Lists at version 10 at first, then fails `failures` times, and is at version 60 from then on. */
const awayFor = (failures: number) => (_options: ListOptions, call: number) => {
  if (call > 1 && call <= 1 + failures) throw broken;
  return { items: [], resourceVersion: call === 1 ? '10' : '60' };
};

test('a store that was away is listed anew: it may have gone back, and beyond our version again', async () => {
  const { log, watches } = await play([{ events: [bookmark('50')], error: broken }], { lists: awayFor(2) });
  assert.deepEqual(watches, ['10', '60']);
  assert.deepEqual(log, ['replace 0 @10 #1', 'progress 50', 'replace 0 @60 #2']);
});

test('one call that is not answered is no absence: the watch resumes', async () => {
  const { log, watches } = await play([{ events: [bookmark('50')], error: broken }], { lists: awayFor(1) });
  assert.deepEqual(watches, ['10', '50']);
  assert.deepEqual(log, ['replace 0 @10 #1', 'progress 50']);
});

test('an event of an older version than ours is a store that went back', async () => {
  const { restarts, log } = await play([{ events: [upsert('a', '11'), upsert('b', '9')] }]);
  assert.deepEqual(restarts, ['RolledBack']);
  assert.ok(!log.includes('upsert b'));
});
