import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { GatewayProgram } from '#e2e/operator/gateway-program.ts';
import { Installation } from '#e2e/operator/harness.ts';
import { apiGateway, brought, keyedApi, secret, subscription, tenant } from '#e2e/operator/objects.ts';
import type { OperatorProgram } from '#e2e/operator/operator-program.ts';
import { anAuthority } from '#gateway/testing/authority.ts';
import { runSimpul } from '../standalone/simpul.ts';

/** Every secret that was planted, by where. */
const planted = new Map<string, string>();
let count = 0;

/** A secret that occurs nowhere else: it must not be found in the archive. */
function canary(where: string): string {
  count += 1;
  const value = `kenari-${count}-${randomBytes(18).toString('base64url')}-akhir`;
  planted.set(where, value);
  return value;
}

let installation: Installation;
let operator: OperatorProgram;
let gateway: GatewayProgram;
let kubelet: Server;
const folder = mkdtempSync(join(tmpdir(), 'dump-'));
const base64 = (text: string): string => Buffer.from(text).toString('base64');

before(async () => {
  installation = await Installation.start();
  operator = await installation.startOperator();
  await operator.untilWorking();
  const owner = tenant('owner', { paths: ['/owner'] });
  await installation.apply(apiGateway(), owner);
  await installation.untilCondition(owner, 'Ready', { status: 'True' });
  gateway = await installation.startGateway('first');
  await plantInTenant();
  await plantBesideOperator();
});
after(async () => {
  await installation?.stop();
  kubelet?.close();
  rmSync(folder, { recursive: true });
});

async function plantInTenant(): Promise<void> {
  const loose = canary('an Opaque Secret');
  const credential = canary('a credential of a backend');
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const note = `copied: ${loose}, ${base64(loose)}, https://x/?q=${encodeURIComponent(loose)}, token ${credential}`;
  const opaque = secret('owner', 'loose', { anything: loose }, 'Opaque');
  const annotated = {
    ...opaque,
    metadata: { ...opaque.metadata, annotations: { [annotation]: canary('an annotation of a Secret') } },
  };
  const documents = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'owner', name: 'documents' } },
    data: { 'openapi.yaml': canary('a ConfigMap') },
  };
  const paths = { '/': { get: { responses: { 200: { description: 'ok' } } } } };
  const inline = { openapi: '3.1.0', info: { title: canary('a definition'), version: '1' }, paths };
  const api = keyedApi('owner', 'situs', {
    backendUrl: installation.backend,
    description: note,
    definition: { openApi: { inline: JSON.stringify(inline) } },
    backend: {
      endpoints: [{ url: installation.backend }],
      credentialRef: { name: 'backend' },
      headers: { set: { 'x-instansi': canary('a header field that is set') } },
    },
  });
  const apiAnnotated = {
    ...api,
    metadata: { ...api.metadata, annotations: { [annotation]: canary('an annotation of an ApiService') } },
  };
  await installation.apply(
    annotated,
    documents,
    secret('owner', 'backend', { token: credential }, 'simpul.id/backend-credential'),
    secret('owner', 'own-key', { 'api-key': canary('an API key that was brought') }),
    apiAnnotated,
    subscription('owner', 'app', [{ name: 'situs' }], { credentials: [{ name: 'main' }, brought('own', 'own-key')] }),
  );
  await installation.untilReady(api);
  planted.set('an API key that was made', await installation.keyIn('owner', 'app-main'));
  planted.set('the pepper', await installation.keyIn('simpul-system', 'simpul-pepper', 'pepper'));
}

/** A pod on a node whose kubelet is this test, so that the API server has a log to give. */
async function plantBesideOperator(): Promise<void> {
  const known = canary('a Secret beside the operator');
  const logged = [
    `{"level":"info","msg":"call","headers":{"authorization":"${canary('a field of a log line')}"}}`,
    `connect redis://simpul:${canary('a URL in a log')}@redis:6379`,
    `the secret is ${known}`,
    `Bearer ${canary('a token in a log')}`,
    'an ordinary line',
  ];
  await using authority = await anAuthority();
  const { certificate: cert, privateKey: key } = await authority.issue('node', { names: 'IP:127.0.0.1' });
  kubelet = createServer({ cert, key }, (_request, response) => response.end(`${logged.join('\n')}\n`));
  await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve));
  const { port } = kubelet.address() as AddressInfo;
  const container = {
    ...{ name: 'operator', image: 'simpul', args: [`--password=${canary('an argument')}`] },
    env: [
      { name: 'SIMPUL_REDIS_PASSWORD', value: canary('a variable of ours') },
      { name: 'LAINNYA', value: canary('a variable of somebody else') },
    ],
    securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
    readinessProbe: { exec: { command: ['check', canary('a command of a probe')] } },
  };
  const labels = { 'app.kubernetes.io/name': 'simpul-operator' };
  const annotations = { catatan: canary('an annotation of a pod') };
  const securityContext = { seccompProfile: { type: 'RuntimeDefault' } };
  const spec = { nodeName: 'node', serviceAccountName: 'simpul-operator', containers: [container], securityContext };
  const metadata = { name: 'operator', namespace: 'simpul-system' };
  const objects = [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels, annotations }, spec },
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec } },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, name: 'known' }, stringData: { 'kata-sandi': known } },
    {
      ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { ...metadata, name: 'event' } },
      ...{ reason: 'Gagal', action: 'Coba', type: 'Warning', note: `${known} and Bearer ${canary('an Event')}` },
      ...{ reportingController: 'test', reportingInstance: 'test', eventTime: '2026-11-22T00:00:00.000000Z' },
      regarding: { apiVersion: 'v1', kind: 'Pod', ...metadata },
    },
  ];
  await installation.cluster.kubectl(
    ['apply', '--server-side', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await installation.cluster.kubectl([
    'patch',
    'node',
    'node',
    '--subresource=status',
    '-p',
    JSON.stringify({ status }),
  ]);
}

/** Writes a dump. Gives its files by path, below its root. */
async function dump(...args: readonly string[]): Promise<{ files: Map<string, string>; stderr: string; file: string }> {
  count += 1;
  const file = join(folder, `${count}.tar.gz`);
  const { code, stderr } = await runSimpul([
    'dump',
    '--kubeconfig',
    installation.cluster.kubeconfig,
    '-o',
    file,
    ...args,
  ]);
  assert.equal(code, 0, stderr);
  const tar = (...wanted: readonly string[]): string =>
    spawnSync('tar', wanted, { encoding: 'utf8', maxBuffer: 2 ** 30 }).stdout;
  const names = tar('-tzf', file).trim().split('\n');
  const files = new Map(names.map((name) => [name.replace(/^[^/]*\//, ''), tar('-xzOf', file, name)]));
  return { files, stderr, file };
}

test('no secret is in it, wherever one was', async () => {
  const { files } = await dump(
    ...['--metrics', `http://127.0.0.1:${await operator.port()}`],
    ...['--metrics', `http://127.0.0.1:${await adminPort()}`],
  );
  const found = [...files].flatMap(([name, text]) =>
    [...planted].flatMap(([where, value]) => {
      const forms = [value, base64(value), base64(value).replace(/=+$/, ''), value.slice(10, 26)];
      return forms.some((form) => text.includes(form)) ? [`${where} is in ${name}`] : [];
    }),
  );
  assert.deepEqual(found, []);
  assert.equal(planted.size, 20);

  const names = [...files.keys()];
  const has = (name: string, text: RegExp): void => assert.match(files.get(name) ?? `${name} of ${names}`, text);
  has('status.txt', /owner +apiservice\/situs +True/);
  has('objects/apiservices.yaml', /kind: ApiService[\s\S]*type: Programmed/);
  has('cluster/customresourcedefinitions.yaml', /name: apiservices\.simpul\.id/);
  has('cluster/validatingadmissionpolicies.yaml', /simpul/);
  has('namespaces/owner/secrets.yaml', /name: own-key[\s\S]*bytes:\n {2}api-key: \d+/);
  has('namespaces/simpul-system/pods.yaml', /name: SIMPUL_REDIS_PASSWORD\n +value: "?\[redacted\]/);
  has('namespaces/simpul-system/events.yaml', /reason: Gagal/);
  has('logs/simpul-system/operator/operator.log', /the secret is \[redacted\]\n.*\nan ordinary line/);
  assert.equal(names.filter((name) => name.startsWith('metrics/127.0.0.1_')).length, 2);
  has(`metrics/127.0.0.1_${await operator.port()}.txt`, /simpul_operator_leader 1/);
  has('index.json', /"kubernetes": "v1/);
});

test('it takes no more room than it may, and says what was cut', async () => {
  const { files, stderr } = await dump('--max-size', '64Ki');
  const bytes = [...files].reduce(
    (sum, [name, text]) => sum + (name === 'index.json' ? 0 : Buffer.byteLength(text)),
    0,
  );
  assert.ok(bytes <= 65_536, `${bytes}`);
  const { missing } = JSON.parse(files.get('index.json') ?? '{}') as { missing: string[] };
  if (bytes === 65_536)
    assert.ok(
      missing.some((line) => line.includes('was cut')),
      stderr,
    );
});

test('only its owner can read the file', async () => {
  const { file } = await dump('-n', 'owner', '--no-logs');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('somebody with few rights gets what they may read, and is told what is missing', async () => {
  const kubeconfig = await installation.cluster.clientFor('siti');
  const file = join(folder, 'siti.tar.gz');
  const { code, stderr } = await runSimpul(['dump', '--kubeconfig', kubeconfig, '-o', file]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^note: \/api\/v1\/namespaces: 403 Forbidden$/m);
});

async function adminPort(): Promise<number> {
  return await gateway.said('its admin port', (line) => (line['admin'] as { port?: number } | undefined)?.port);
}
