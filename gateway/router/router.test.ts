import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Routable, Router } from './router.ts';

interface TestApi extends Routable {
  readonly id: string;
}

function api(id: string, basePath: string, hosts: readonly string[] = [], tenantId = 't'): TestApi {
  return { id, basePath, hosts, tenantId };
}

function routerOf(apis: readonly TestApi[], owners: Readonly<Record<string, string>> = {}): Router<TestApi> {
  const router = new Router<TestApi>((host) => owners[host]);
  for (const one of apis) router.add(one);
  return router;
}

test('the longest base path wins, by whole segments', () => {
  const router = routerOf([api('root', '/'), api('a', '/a'), api('ab', '/a/b')]);
  const found = ['/', '/x', '/a', '/a/', '/ab', '/a/b', '/a/bc', '/a/b/c', '/a/c'].map((path) => [
    path,
    router.match('h', path)?.id,
  ]);
  assert.deepEqual(Object.fromEntries(found), {
    '/': 'root',
    '/x': 'root',
    '/a': 'a',
    '/a/': 'a',
    '/ab': 'root',
    '/a/b': 'ab',
    '/a/bc': 'a',
    '/a/b/c': 'ab',
    '/a/c': 'a',
  });
});

test("a host's own routes come before those of every host, even shorter ones", () => {
  const router = routerOf([api('own', '/a', ['h']), api('every', '/a/b')]);
  assert.equal(router.match('h', '/a/b')?.id, 'own');
  assert.equal(router.match('h', '/c'), null);
  assert.equal(router.match('other', '/a/b')?.id, 'every');
});

test('on a claimed host only the APIs of its Tenant answer', () => {
  const router = routerOf([api('mine', '/v1', [], 'banten'), api('theirs', '/v1/x', [], 'jakarta')], { h: 'banten' });
  assert.equal(router.match('h', '/v1/x')?.id, 'mine');
  assert.equal(router.match('unclaimed', '/v1/x')?.id, 'theirs');
});

test('the second API at one place waits until the first is gone, also while the first changes', () => {
  const router = new Router<TestApi>(() => undefined);
  const first = api('first', '/a', ['h']);
  const changed = api('first, changed', '/a', ['h']);
  router.add(first);
  router.add(api('second', '/a', ['h']));
  router.replace(first, changed);
  assert.equal(router.match('h', '/a')?.id, 'first, changed');
  router.remove(changed);
  assert.equal(router.match('h', '/a')?.id, 'second');
});

const segment = fc.constantFrom('a', 'b', 'c', 'ab');
const basePath = fc.array(segment, { maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
const hosts = fc.subarray(['h1', 'h2', 'h3']);
const anApi = fc.record({ basePath, hosts, tenantId: fc.constantFrom('t1', 't2'), id: fc.uuid() });
const owners = fc.dictionary(fc.constantFrom('h1', 'h2', 'h4'), fc.constantFrom('t1', 't2'));

const change = fc.record({ add: fc.boolean(), api: anApi, pick: fc.nat() });
const scenario = fc.record({
  changes: fc.array(change, { maxLength: 30 }),
  claims: owners,
  path: basePath,
  host: fc.constantFrom('h1', 'h2', 'h3', 'h4'),
});

test('agrees with a naive reference after any sequence of changes', () => {
  fc.assert(
    fc.property(scenario, ({ changes, claims, path, host }) => {
      const router = new Router<TestApi>((name) => claims[name]);
      const present: TestApi[] = [];
      for (const step of changes) applyStep(router, present, step);
      assert.equal(router.match(host, path)?.id, naive(present, claims[host], host, path)?.id);
    }),
    { numRuns: 2000 },
  );
});

function applyStep(
  router: Router<TestApi>,
  present: TestApi[],
  step: { readonly add: boolean; readonly api: TestApi; readonly pick: number },
): void {
  if (step.add || present.length === 0) {
    present.push(step.api);
    router.add(step.api);
    return;
  }
  const [gone] = present.splice(step.pick % present.length, 1);
  if (gone !== undefined) router.remove(gone);
}

function naive(apis: readonly TestApi[], owner: string | undefined, host: string, path: string): TestApi | undefined {
  const matches = (one: TestApi) => one.basePath === '/' || `${path}/`.startsWith(`${one.basePath}/`);
  const longest = (some: readonly TestApi[]) =>
    some.filter(matches).reduce<TestApi | undefined>((best, one) => {
      const depth = (of: string) => of.split('/').filter((part) => part !== '').length;
      return best === undefined || depth(one.basePath) > depth(best.basePath) ? one : best;
    }, undefined);
  return (
    longest(apis.filter((one) => one.hosts.includes(host))) ??
    longest(apis.filter((one) => one.hosts.length === 0 && (owner === undefined || one.tenantId === owner)))
  );
}
