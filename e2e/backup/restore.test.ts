import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { readBackup } from '#cli/backup/archive.ts';
import { unseal } from '#cli/backup/seal.ts';
import type { GatewayProgram } from '#e2e/operator/gateway-program.ts';
import { Installation } from '#e2e/operator/harness.ts';
import { apiGateway, apiService, keyedApi, namespace, secret, tenant } from '#e2e/operator/objects.ts';
import { until } from '#e2e/operator/waiting.ts';
import { type Finished, runSimpul } from '#e2e/standalone/simpul.ts';
import { answers, apiKeys, aToken, checksums, statusWithToken, verdicts } from './outcome.ts';
import { planted, populate } from './populate.ts';

const folder = mkdtempSync(join(tmpdir(), 'backup-'));
const keyFile = join(folder, 'kunci.txt');
const backupFile = join(folder, 'cadangan.age');
let backend: Server;
let backendUrl: string;

/** What was so before everything was lost. */
interface Remembered {
  readonly checksums: Record<string, string>;
  readonly verdicts: Record<string, string>;
  readonly keys: Record<string, string>;
  readonly answers: Record<string, number>;
  readonly token: string;
}

async function simpul(installation: Installation, ...args: readonly string[]): Promise<Finished> {
  return await runSimpul([...args, '--kubeconfig', installation.cluster.kubeconfig]);
}

const restore = (installation: Installation, ...args: readonly string[]): Promise<Finished> =>
  simpul(installation, 'restore', backupFile, '--identity', keyFile, ...args);

/** Looks for everything secret in the file, and for that it is inside. */
async function nothingShows(installation: Installation, keys: Record<string, string>): Promise<void> {
  const pepper = (await installation.get(secret('simpul-system', 'simpul-pepper', {})))?.data?.['pepper'] ?? '';
  const secrets = [...Object.values(planted), ...Object.values(keys), pepper, 'PRIVATE KEY', 'decidedBy', 'provider'];
  const file = readFileSync(backupFile);
  for (const value of secrets) {
    for (const form of [value, Buffer.from(value).toString('base64')]) assert.ok(!file.includes(form), form);
  }
  const identities = [readFileSync(keyFile, 'utf8').trim().split('\n').at(-1) ?? ''];
  const opened = await unseal(file, { identities });
  const inside = [planted.brought, planted.backend].map((value) => Buffer.from(value).toString('base64'));
  for (const value of [...inside, pepper, planted.document]) assert.ok(value !== '' && opened.includes(value), value);
  assert.ok(!readBackup(opened).objects.some(({ type }) => type === 'simpul.id/compiled'));
}

before(async () => {
  backend = createServer((request, response) => response.end(`backend ${request.url}`));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  backendUrl = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
});
after(() => {
  backend.close();
  backend.closeAllConnections();
  rmSync(folder, { recursive: true });
});

describe('a cluster that is lost', () => {
  let remembered: Remembered;
  let installation: Installation;
  let gateway: GatewayProgram;
  after(() => installation?.stop());

  test('is saved into a file that shows nothing of it', async () => {
    installation = await Installation.start();
    const operator = await (await installation.startOperator()).untilWorking();
    gateway = await populate(installation, backendUrl);
    const keys = await apiKeys(installation);
    const token = await aToken(gateway, keys['consumer/dibuat-main'] ?? '');
    await until('the token is good', async () => (await statusWithToken(gateway, token)) === 200);
    remembered = {
      ...{ keys, token, checksums: await checksums(installation), verdicts: await verdicts(installation) },
      answers: await answers(gateway, keys),
    };
    const granted = Object.values(remembered.answers).filter((status) => status === 200).length;
    assert.ok(granted >= 8, JSON.stringify(remembered.answers));

    const { stdout: recipient } = await runSimpul(['backup', '--generate-key', keyFile]);
    const saved = await simpul(installation, 'backup', '-o', backupFile, '--recipient', recipient.trim());
    assert.equal(saved.code, 0, saved.stderr);
    assert.match(saved.stderr, /encrypted for 1 key/);
    assert.equal(statSync(backupFile).mode & 0o777, 0o600);
    const again = await simpul(installation, 'backup', '-o', backupFile, '--recipient', recipient.trim());
    assert.equal(again.code, 1);
    assert.match(again.stderr, /exists already and is left as it is/);

    await nothingShows(installation, keys);

    const running = await restore(installation);
    assert.equal(running.code, 1);
    assert.match(running.stderr, /operator .* leads: stop it with "kubectl scale/);
    const same = await restore(installation, '--dry-run');
    assert.equal(same.code, 0, same.stdout);
    assert.match(same.stderr, /Nothing was written\. 0 to create, 0 to replace, \d+ unchanged/);
    await operator.stop();
    await installation.stop();
  });

  test('comes back into an empty one: same winners, every key, no Approval lost', async () => {
    installation = await Installation.start();
    // A fresh installation has a pepper of its own already.
    await (await (await installation.startOperator()).untilWorking()).stop();
    const restored = await restore(installation);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /Restored: \d+ created, 1 replaced, \d+ unchanged/);
    assert.deepEqual(await checksums(installation), remembered.checksums);

    await (await installation.startOperator()).untilWorking();
    gateway = await installation.startGateway('public-1');
    await until('all objects are judged', async () => {
      return JSON.stringify(await verdicts(installation)) === JSON.stringify(remembered.verdicts);
    }).catch(async () => assert.deepEqual(await verdicts(installation), remembered.verdicts));
    assert.deepEqual(await apiKeys(installation), remembered.keys);
    // What was served of `lama` was its last good version: no object says it any more.
    const wanted = { ...remembered.answers, '/provider/lama': 404 };
    await until('every key is answered as before', async () => {
      return JSON.stringify(await answers(gateway, remembered.keys)) === JSON.stringify(wanted);
    }).catch(async () => assert.deepEqual(await answers(gateway, remembered.keys), wanted));
    await until('the token is good', async () => (await statusWithToken(gateway, remembered.token)) === 200);
  });

  test('keeps who owns which fields, so that whoever applied an object can take a field back', async () => {
    const api = apiService('provider', 'zulu', { backendUrl, basePath: '/provider/rute' });
    assert.equal((await installation.get(api))?.spec?.['description'], 'akan hilang');
    await installation.admin.apply(api, { fieldManager: 'test' });
    assert.equal((await installation.get(api))?.spec?.['description'], undefined);
  });
});

test('holds what belongs to the class and nothing else, and says what it leaves out', async () => {
  const installation = await Installation.start();
  try {
    const roleBinding = {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
      metadata: { name: 'rujukan', namespace: 'gerbang' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'simpul-operator-references' },
      subjects: [{ kind: 'ServiceAccount', name: 'simpul-operator', namespace: 'simpul-system' }],
    };
    const elsewhere = (object: KubeObject): KubeObject => {
      return { ...object, metadata: { ...object.metadata, namespace: 'gerbang' } };
    };
    const leaving = keyedApi('kita', 'pergi');
    await installation.apply(
      ...['kita', 'mereka', 'gerbang', 'luar'].map((name) => namespace(name)),
      ...[tenant('kita'), tenant('mereka', { className: 'lain' })],
      ...[elsewhere(apiGateway('tepi')), apiGateway('asing', { className: 'lain' }), roleBinding],
      ...[keyedApi('kita', 'a', { backend: { endpoints: [{ url: backendUrl }], credentialRef: { name: 'hilang' } } })],
      ...[keyedApi('mereka', 'a'), { ...leaving, metadata: { ...leaving.metadata, finalizers: ['uji.id/tunggu'] } }],
      ...['kita', 'mereka', 'luar'].map((name) => secret(name, 'kunci', { 'api-key': planted.brought })),
      secret('kita', 'lain', { a: 'b' }, 'Opaque'),
    );
    await installation.remove(leaving);
    const file = join(folder, 'kelas.gz');
    const saved = await simpul(installation, 'backup', '--unencrypted', '--class', 'simpul', '-o', file);
    assert.equal(saved.code, 0, saved.stderr);
    assert.match(saved.stderr, /NOT encrypted: whoever reads it has every key/);
    const notes = saved.stderr.split('\n').filter((line) => line.startsWith('note: '));
    assert.deepEqual(notes, [
      'note: ApiService kita/a refers to Secret kita/hilang of type simpul.id/backend-credential or kubernetes.io/basic-auth, which does not exist',
      'note: ApiService kita/pergi is being deleted and left out',
    ]);
    const { objects } = readBackup(await unseal(readFileSync(file), { identities: [] }));
    assert.deepEqual(objects.map((object) => `${object.kind} ${keyOf(object)}`).sort(), [
      ...['ApiGateway gerbang/tepi', 'ApiService kita/a', 'Namespace gerbang', 'Namespace kita'],
      ...['RoleBinding gerbang/rujukan', 'Secret kita/kunci', 'Tenant kita'],
    ]);
    const refused = await simpul(installation, 'restore', file, '--installation', 'lain');
    assert.match(refused.stderr, /is of an operator in namespace "simpul-system", and this one is in "lain"/);
  } finally {
    await installation.stop();
  }
});

test('only what one namespace holds comes back, and the rest notices nothing', async () => {
  const installation = await Installation.start();
  try {
    await installation.apply(tenant('lain', { paths: ['/lain'] }));
    const restored = await restore(installation, '-n', 'consumer');
    assert.equal(restored.code, 0, restored.stderr);
    const now = Object.keys(await checksums(installation));
    assert.deepEqual(
      now.filter((id) => !id.startsWith('Subscription consumer/')),
      ['Tenant consumer', 'Tenant lain'],
    );
    assert.ok(now.length > 6, `${now}`);
    const again = await restore(installation, '-n', 'consumer');
    assert.match(again.stdout, /Restored: 0 created, 0 replaced, \d+ unchanged/);

    await installation.apply(tenant('consumer', { paths: ['/berubah'] }));
    const refused = await restore(installation, '-n', 'consumer');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /nothing was written.*\n {2}Tenant consumer: spec\.paths\n/);
    const shown = await restore(installation, '-n', 'consumer', '--dry-run');
    assert.equal(shown.code, 1);
    assert.match(shown.stdout, /^DIFFERS +Tenant +consumer +spec\.paths$/m);
    const forced = await restore(installation, '-n', 'consumer', '--overwrite');
    assert.match(forced.stdout, /Restored: 0 created, 1 replaced, \d+ unchanged/);
    assert.equal((await installation.get(tenant('consumer')))?.spec?.['paths'], undefined);
  } finally {
    await installation.stop();
  }
});
