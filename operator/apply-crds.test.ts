import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomResourceDefinition } from '#api/crd.ts';
import { applyCrds, isNewer } from './apply-crds.ts';

test('versions are compared by their numbers', () => {
  assert.deepEqual(
    [
      ['0.10.0', '0.9.0'],
      ['1.0.0', '1.0.0-rc.1'],
      ['0.9.0', '0.10.0'],
      ['1.0.0-rc.1', '1.0.0'],
      ['1.0.0', '1.0.0'],
      ['odd', '0.1.0'],
    ].map(([present = '', version = '']) => isNewer(present, version)),
    [true, true, false, false, false, false],
  );
});

test('CRDs are applied as Helm applies them, and what a release has noted on them stays', async () => {
  const ofRelease = { 'helm.sh/resource-policy': 'keep', 'meta.helm.sh/release-name': 'simpul-crds' };
  const managed = { 'app.kubernetes.io/managed-by': 'Helm' };
  const found = {
    labels: { ...managed, mine: 'x' },
    annotations: { ...ofRelease, note: 'x', 'simpul.id/version': '0.1.0' },
  };
  const applied: unknown[] = [];
  await applyCrds({
    store: {
      get: async () => ({ metadata: { name: 'tenants.simpul.id', ...found } }) as never,
      apply: async (crd, { fieldManager }) => {
        applied.push([fieldManager, crd.metadata]);
        return crd;
      },
    },
    crds: [{ metadata: { name: 'tenants.simpul.id' } } as unknown as CustomResourceDefinition],
    version: '0.2.0',
    log: { info: () => undefined },
    signal: new AbortController().signal,
  });
  const annotations = { ...ofRelease, 'simpul.id/version': '0.2.0' };
  assert.deepEqual(applied, [['helm', { name: 'tenants.simpul.id', labels: managed, annotations }]]);
});
