import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { idOf, isHook, objectsOf, overlays, type Rendered, render, valuesOf, withoutHelm } from '#tools/chart/cases.ts';
import { locatePrograms } from '#tools/controlplane/binaries.ts';

const execute = promisify(execFile);
const { kubectl } = locatePrograms(process.env, ['kubectl']);

async function kustomize(folder: string): Promise<Map<string, Rendered>> {
  const { stdout } = await execute(kubectl, ['kustomize', folder], { maxBuffer: 16 * 1024 * 1024 });
  return byId(objectsOf(stdout));
}

/** Helm makes the namespace by itself, and hooks are Helm's. */
function byId(objects: readonly Rendered[]): Map<string, Rendered> {
  const own = objects.filter((object) => object.kind !== 'Namespace' && !isHook(object));
  return new Map(own.map((object) => [idOf(object), withoutHelm(object)]));
}

test('manifests/base is what the chart installs', async () => {
  assert.deepEqual(await kustomize('manifests/base'), byId(await render()));
});

for (const name of overlays()) {
  test(`the overlay ${name} is what the chart installs with its values`, async () => {
    assert.deepEqual(await kustomize(`manifests/overlays/${name}`), byId(await render({ values: [valuesOf(name)] })));
  });
}
