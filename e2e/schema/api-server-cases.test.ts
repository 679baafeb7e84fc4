import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { simpulKinds } from '#api/kinds.ts';
import { isJsonObject, type JsonObject, objectAt } from '#kube/schema/json.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { type Answer, ApiServer } from './api-server.ts';
import { causeLines, readCases, type SchemaCase } from './cases.ts';

/** The same examples as `offline-cases.test.ts`, judged by the real thing. Both agree because both fit the files. */
suite('every example of crds/testdata, judged by kube-apiserver', () => {
  let controlPlane: ControlPlane;
  let apiServer: ApiServer;
  before(async () => {
    controlPlane = await startControlPlane();
    await controlPlane.installCrds('crds');
    await controlPlane.kubectl(['create', 'namespace', 'banten']);
    apiServer = new ApiServer(controlPlane);
  });
  after(async () => {
    await apiServer?.close();
    await controlPlane?.stop();
  });

  for (const example of readCases()) {
    test(example.name, async () => {
      const { code, causes, message } = await judge(apiServer, example);
      assert.deepEqual(causeLines(causes), example.expected, message);
      assert.equal(code, example.expected.length > 0 ? 422 : example.write === 'create' ? 201 : 200, message);
    });
  }
});

function pathOf({ kind }: SchemaCase): string {
  const resource = Object.values(simpulKinds).find((candidate) => candidate.kind === kind);
  assert.ok(resource, `no such kind: ${kind}`);
  const scope = resource.namespaced ? 'namespaces/banten/' : '';
  return `/apis/${resource.group}/${resource.version}/${scope}${resource.plural}`;
}

const strictly = 'dryRun=All&fieldValidation=Strict';

async function judge(apiServer: ApiServer, example: SchemaCase): Promise<Answer> {
  const path = pathOf(example);
  if (example.write === 'create') return apiServer.send('POST', `${path}?${strictly}`, example.object);
  const { status, ...withoutStatus } = example.object;
  const present = await apiServer.send('POST', path, example.before ?? withoutStatus);
  assert.equal(present.code, 201, present.message);
  try {
    const changed = withVersion(example.object, present.body);
    const target = example.write === 'status' ? `${path}/contoh/status` : `${path}/contoh`;
    return await apiServer.send(
      'PUT',
      `${target}?${strictly}`,
      status === undefined ? changed : { ...changed, status },
    );
  } finally {
    await apiServer.send('DELETE', `${path}/contoh`);
  }
}

function withVersion(object: JsonObject, stored: JsonObject): JsonObject {
  const { metadata } = object;
  const resourceVersion = objectAt(stored, 'metadata')?.['resourceVersion'] ?? '';
  return { ...object, metadata: { ...(isJsonObject(metadata) ? metadata : {}), resourceVersion } };
}
