import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SimpulKindName } from '#api/kinds.ts';
import type { Projection, ReflectorSource } from '#kube/reflector.ts';
import { StoreError } from '#kube/store-error.ts';
import { type Holder, type MaterialRef, type MaterialState, Materials } from '../world/materials.ts';
import { MaterialWatches } from './material-watches.ts';

interface Watch {
  readonly source: ReflectorSource;
  readonly projection: Projection<Holder, MaterialState>;
  readonly signal: AbortSignal;
  readonly onError: (error: Error) => void;
}

/** Watches whose other end is the test. */
class Scene {
  readonly materials = new Materials();
  readonly all: Watch[] = [];
  readonly watches = new MaterialWatches({
    world: this,
    take: (source, state) => void this.materials.put(source, state),
    follow: (source, projection, life) => void this.all.push({ source, projection, ...life }),
  });

  refer(kind: SimpulKindName, id: string, ...refs: readonly MaterialRef[]): void {
    this.watches.review(this.materials.refer({ kind, id }, refs));
  }

  /** `namespace fieldSelector` of what is followed now. */
  get followed(): string[] {
    return this.all
      .filter(({ signal }) => !signal.aborted)
      .map(({ source }) => `${source.namespace} ${source.fieldSelector}`);
  }

  async list(...items: readonly Holder[]): Promise<void> {
    const { projection } = this.all.at(-1)!;
    await projection.handler.replace(items.map(projection.project), '1', 1);
  }

  fail(): void {
    this.all.at(-1)?.onError(new StoreError('Forbidden', 'no'));
  }
}

const ca = (namespace: string, name = 'ca'): MaterialRef => ({ kind: 'ConfigMap', namespace, name });
const holder: Holder = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ca', resourceVersion: '1' }, data: { a: 'b' } },
};

describe('watches of what specs refer to', () => {
  test("one for each name and type; in a Tenant's namespace only once it is one", () => {
    const scene = new Scene();
    const cert: MaterialRef = { kind: 'Secret', namespace: 'banten', name: 'c', types: ['kubernetes.io/tls'] };
    scene.refer('ApiService', 'banten/a', ca('banten'), cert);
    scene.refer('ApiService', 'banten/b', ca('banten'));
    assert.deepEqual(scene.followed, []);
    scene.watches.allow('banten');
    assert.deepEqual(scene.followed, ['banten metadata.name=ca', 'banten metadata.name=c,type=kubernetes.io/tls']);
  });

  test('what an ApiGateway refers to is followed wherever it lies', () => {
    const scene = new Scene();
    scene.refer('ApiGateway', 'simpul-system/public', ca('simpul-system'));
    assert.deepEqual(scene.followed, ['simpul-system metadata.name=ca']);
  });

  test('ends with the last that refers to it, and what was known is forgotten', async () => {
    const scene = new Scene();
    scene.watches.allow('banten');
    scene.refer('ApiService', 'banten/a', ca('banten'));
    scene.refer('ApiService', 'banten/b', ca('banten'));
    await scene.list(holder);
    scene.refer('ApiService', 'banten/a');
    assert.equal(scene.materials.find(ca('banten')).state, 'found');
    scene.refer('ApiService', 'banten/b');
    assert.deepEqual([scene.followed, scene.materials.find(ca('banten')).state], [[], 'notSynced']);
    await scene.list(holder);
    assert.equal(scene.materials.find(ca('banten')).state, 'notSynced', 'a watch that was ended says nothing more');
  });

  test('ends with the Tenant, and begins again with it', () => {
    const scene = new Scene();
    scene.watches.allow('banten');
    scene.refer('ApiService', 'banten/a', ca('banten'));
    scene.watches.disallow('banten');
    assert.deepEqual(scene.followed, []);
    scene.watches.allow('banten');
    assert.deepEqual(scene.followed, ['banten metadata.name=ca']);
  });

  test('a refusal is told only of what was never read', async () => {
    const scene = new Scene();
    scene.refer('KeyManager', 'elsewhere/sso', ca('elsewhere'));
    scene.fail();
    assert.equal(scene.materials.find(ca('elsewhere')).state, 'unreadable');
    await scene.list(holder);
    scene.fail();
    assert.equal(scene.materials.find(ca('elsewhere')).state, 'found');
  });

  test("one that was refused begins anew when its namespace becomes a Tenant's", () => {
    const scene = new Scene();
    scene.refer('KeyManager', 'banten/sso', ca('banten'));
    scene.fail();
    scene.watches.allow('banten');
    assert.deepEqual([scene.all.length, scene.followed.length], [2, 1]);
    assert.equal(scene.materials.find(ca('banten')).state, 'notSynced');
  });

  test('sixty-four begin at a time', async () => {
    const scene = new Scene();
    const refs = Array.from({ length: 100 }, (_, i) => ca('simpul-system', `ca-${i}`));
    scene.refer('ApiGateway', 'simpul-system/public', ...refs);
    assert.equal(scene.all.length, 64);
    for (const watch of [...scene.all]) await watch.projection.handler.replace([], '1', 1);
    assert.equal(scene.all.length, 100);
  });
});
