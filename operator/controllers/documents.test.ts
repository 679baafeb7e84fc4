import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { CompiledSecret } from '#api/compiled/secret.ts';
import { compiledTextOf } from '#api/compiled/secret.ts';
import type { Condition } from '#api/conditions.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { crds } from '#api/generated/crds.ts';
import { apiVersion, coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { DocumentRefused } from '../feed/document-fetcher.ts';
import { startOperator } from '../operator.ts';
import { OperatorMetrics } from '../runtime/metrics.ts';
import type { PinnedUrl } from '../world/documents.ts';
import { World } from '../world/world.ts';
import { DocumentKeeper, type DocumentKeeperDeps } from './documents.ts';

const document = (path: string): string =>
  `{"openapi":"3.1.0","info":{"title":"Situs","version":"1"},"paths":{"${path}":{"get":{"responses":{"200":{"description":"Ada"}}}}}}`;
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const api = (
  name: string,
  openApi: object,
  spec: object = {},
  namespace = 'banten',
): KubeObject & Pick<ApiService, 'spec'> => ({
  ...{ apiVersion, kind: 'ApiService', metadata: { namespace, name } },
  spec: {
    ...{ displayName: 'S', version: '1', lifecycle: 'Published', visibility: 'Public', basePath: `/banten/${name}` },
    gatewayRefs: [{ name: 'public', namespace: 'simpul-system' }],
    backend: { endpoints: [{ url: 'http://10.0.0.1' }] },
    authentication: { mode: 'Required' },
    ...{ definition: { openApi }, validation: { requests: 'Enforce', responses: 'None' } },
    ...spec,
  } as unknown as ApiService['spec'],
});

describe('documents at URLs', () => {
  let served = document('/a');
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end(served);
  });
  let url = '';
  const store = new MemoryStore({ crds, namespaces: ['default', 'kube-system', 'simpul-system'] });
  let end: () => Promise<void>;

  const start = (): void => {
    const stop = new AbortController();
    const operator = startOperator({
      store,
      ...{ signal: stop.signal, instance: 'test', approvalPolicy: 'assumed', isLeader: () => true },
      ...{ log: pino({ level: 'silent' }), metrics: new OperatorMetrics({ version: 'test', processMetrics: false }) },
      config: {
        className: 'simpul',
        clusterPrefix: 'simpul',
        namespace: 'simpul-system',
        httpPort: 0,
        logLevel: 'info',
        workers: 4,
      },
      allowDocumentsFrom: ['127.0.0.0/8'],
    });
    end = async () => {
      stop.abort();
      await operator.stop();
    };
  };
  const apply = async (...objects: readonly KubeObject[]): Promise<void> => {
    for (const object of objects) await store.apply(object, { fieldManager: 'test', force: true });
  };
  const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    for (const giveUpAt = performance.now() + 20_000; !(await isSo()); await delay(5)) {
      assert.ok(performance.now() < giveUpAt, `waited in vain: ${what}`);
    }
  };
  const conditionOf = async (name: string): Promise<Condition | undefined> => {
    type Found = KubeObject & { status?: { conditions?: Condition[] } };
    const found = await store.get<Found>(simpulKinds.ApiService, { namespace: 'banten', name });
    return found?.status?.conditions?.find(
      ({ type, observedGeneration }) => type === 'ResolvedRefs' && observedGeneration === found.metadata.generation,
    );
  };
  const untilResolved = (name: string, reason: string): Promise<void> =>
    until(`${name} ${reason}`, async () => (await conditionOf(name))?.reason === reason);
  /** What gateways have of an API. */
  const compiledOf = async (name: string): Promise<string> => {
    const { items } = await store.list<CompiledSecret>(coreKinds.Secret);
    const texts = items.map((secret) => compiledTextOf(secret)).flatMap((text) => (text.ok ? [text.json] : []));
    return texts.find((text) => text.includes(`"id":"banten/${name}"`)) ?? '';
  };

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/openapi.json`;
    await apply(
      {
        ...{ apiVersion, kind: 'ApiGateway', metadata: { namespace: 'simpul-system', name: 'public' } },
        ...{ spec: { listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }], tenants: { from: 'All' } } },
      } as KubeObject,
      {
        ...{ apiVersion, kind: 'Tenant', metadata: { name: 'banten' } },
        ...{ spec: { displayName: 'B', paths: ['/banten'] } },
      } as KubeObject,
    );
    start();
    await until('the Tenant has its namespace', async () => {
      return (await store.get(coreKinds.Namespace, { namespace: '', name: 'banten' })) !== undefined;
    });
  });
  after(async () => {
    await end();
    server.close();
  });

  const sha256 = digestOf(document('/a'));

  test('one that several APIs name is fetched once', async () => {
    await apply(api('satu', { url, sha256 }), api('dua', { url, sha256 }));
    await Promise.all([untilResolved('satu', 'ResolvedRefs'), untilResolved('dua', 'ResolvedRefs')]);
    assert.equal(asked, 1);
    await until('it is compiled', async () => (await compiledOf('satu')).includes(`"document":"${sha256}"`));
    assert.match(await compiledOf('satu'), /"operations":\[\{"limits":\[\],"methods":\["GET"\],"path":"\/a"\}\]/);
  });

  test("nothing is fetched for a namespace that is no Tenant's", async () => {
    const before = asked;
    const foreign = api('asing', { url: `${url}?asing`, sha256 });
    await apply({ ...foreign, metadata: { namespace: 'default', name: 'asing' } });
    await until('it is refused', async () => {
      type Found = KubeObject & { status?: { conditions?: Condition[] } };
      const found = await store.get<Found>(simpulKinds.ApiService, { namespace: 'default', name: 'asing' });
      return found?.status?.conditions?.some(({ reason }) => reason === 'TenantNotFound') === true;
    });
    assert.equal(asked, before);
  });

  test('another one there changes nothing; who asks for a third is told, and served as before, until it is there', async () => {
    served = document('/b');
    const wanted = digestOf(document('/c'));
    await apply(api('dua', { url, sha256: wanted }));
    await untilResolved('dua', 'DefinitionNotFetched');
    const message = (await conditionOf('dua'))?.message ?? '';
    for (const part of [url, digestOf(document('/b')), wanted]) assert.ok(message.includes(part), message);
    assert.match(await compiledOf('dua'), new RegExp(`"document":"${sha256}"`));
    await apply(api('dua', { url, sha256: digestOf(document('/b')) }));
    await untilResolved('dua', 'ResolvedRefs');
    await until('it is compiled', async () => (await compiledOf('dua')).includes('"path":"/b"'));
  });

  test('a new operator takes it from the cluster, and compiles edits with it, while nothing answers at the URL', async () => {
    const before = asked;
    await end();
    served = '';
    start();
    await apply(api('satu', { url, sha256 }, { version: '2' }));
    await until('the edit is compiled', async () => (await compiledOf('satu')).includes('"version":"2"'));
    assert.match(await compiledOf('satu'), /"path":"\/a"/);
    await untilResolved('satu', 'ResolvedRefs');
    assert.equal(asked, before);
  });
});

function keeperOf(apis: readonly KubeObject[], deps: Partial<DocumentKeeperDeps>): DocumentKeeper {
  const world = new World({ className: 'simpul', installationNamespace: 'simpul-system', pepper: '' });
  for (const each of apis) world.apiServices.put(each as ApiService);
  return new DocumentKeeper({
    world,
    store: new MemoryStore({ crds, namespaces: [] }),
    fetch: () => Promise.reject(new DocumentRefused('nobody answers')),
    wake: () => undefined,
    log: pino({ level: 'silent' }),
    now: () => new Date(),
    signal: AbortSignal.timeout(60_000),
    ...deps,
  });
}

test('one that does not come is tried again, ever less often, at most every ten minutes', async () => {
  const stored = api('satu', { url: 'https://situs.example/openapi.json', sha256: digestOf('x') });
  let nowMs = 1_000_000;
  let attempts = 0;
  let woken = 0;
  const fetch = (): Promise<string> => {
    attempts++;
    return Promise.reject(new DocumentRefused('it answers 404'));
  };
  const keeper = keeperOf([stored], { fetch, wake: () => woken++, now: () => new Date(nowMs) });
  assert.equal(keeper.obtain(stored as ApiService), 'later');
  const pauses: (number | string | undefined)[] = [];
  for (let attempt = 1; attempt <= 9; attempt++) {
    while (woken < attempt) await delay(1);
    const pause = keeper.obtain(stored as ApiService);
    pauses.push(pause);
    nowMs += Number(pause);
    assert.equal(keeper.obtain(stored as ApiService), undefined, 'what is known is told while it is tried again');
  }
  assert.deepEqual(
    pauses,
    [5, 10, 20, 40, 80, 160, 320, 600, 600].map((seconds) => seconds * 1000),
  );
  while (woken < 10) await delay(1);
  assert.equal(attempts, 10);
});

test('servers that hang for one namespace leave room for another', async () => {
  const asked: string[] = [];
  const fetch = ({ url }: PinnedUrl): Promise<string> => {
    asked.push(url);
    return new Promise(() => undefined);
  };
  const slow = Array.from({ length: 40 }, (_, i) =>
    api(`lambat-${i}`, { url: `http://lambat/${i}`, sha256: digestOf('x') }),
  );
  const other = api('lain', { url: 'http://lain/', sha256: digestOf('x') }, {}, 'lebak');
  const keeper = keeperOf([...slow, other], { fetch });
  for (const each of [...slow, other]) assert.equal(keeper.obtain(each as ApiService), 'later');
  while (!asked.includes('http://lain/')) await delay(1);
  assert.equal(asked.length, 5);
});
