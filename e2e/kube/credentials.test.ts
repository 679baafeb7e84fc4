import assert from 'node:assert/strict';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import type { Connection } from '#kube/connection.ts';
import { inClusterConnection } from '#kube/in-cluster.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { waitFor } from './fixture.ts';

let cluster: ControlPlane;
let admin: ApiServerStore;
const stores: ApiServerStore[] = [];

before(async () => {
  cluster = await startControlPlane();
  admin = open(await loadConnection({ env: {}, kubeconfig: cluster.kubeconfig }));
  await cluster.kubectl(['create', 'clusterrolebinding', 'all', '--clusterrole=cluster-admin', '--group=testers']);
  await cluster.kubectl([
    ...['create', 'clusterrolebinding', 'accounts', '--clusterrole=cluster-admin'],
    '--group=system:serviceaccounts',
  ]);
});
after(async () => {
  for (const store of stores) await store.close();
  await cluster?.stop();
});

const selfSubjectReviews: ResourceKind = {
  ...{ group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview' },
  ...{ plural: 'selfsubjectreviews', namespaced: false },
};

function open(connection: Connection): ApiServerStore {
  const store = new ApiServerStore(new Transport(connection), { kinds: [selfSubjectReviews] });
  stores.push(store);
  return store;
}

/** The user that the API server takes us for. */
async function whoAmI(store: ApiServerStore): Promise<string | undefined> {
  const question = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  const answer: KubeObject & { status?: { userInfo?: { username?: string } } } = await store.create(question, {
    fieldManager: 'test',
  });
  return answer.status?.userInfo?.username;
}

async function writeAtomically(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}

/** A pod's ServiceAccount folder with this token. */
async function accountFolder(name: string, token: string): Promise<string> {
  const folder = join(cluster.folder, name);
  await mkdir(folder);
  await writeFile(join(folder, 'token'), `${token}\n`);
  await writeFile(join(folder, 'namespace'), 'default');
  await writeFile(join(folder, 'ca.crt'), await readFile(cluster.caFile));
  return folder;
}

const port = () => new URL(cluster.url).port;

test('client certificate', async () => {
  const kubeconfig = await cluster.clientFor('siti', ['testers']);
  assert.equal(await whoAmI(open(await loadConnection({ env: {}, kubeconfig }))), 'siti');
});

test('KUBECONFIG in the environment, with data inside of it', async () => {
  const [ca, cert, key] = await Promise.all(
    [cluster.caFile, cluster.admin.certFile, cluster.admin.keyFile].map((file) => readFile(file, 'base64')),
  );
  const kubeconfig = join(cluster.folder, 'inline');
  await writeFile(
    kubeconfig,
    `
apiVersion: v1
kind: Config
current-context: wrong
contexts:
- {name: wrong, context: {cluster: nowhere, user: nobody}}
- {name: right, context: {cluster: here, user: me, namespace: banten}}
clusters:
- {name: here, cluster: {server: "${cluster.url.replace('127.0.0.1', 'localhost')}/", certificate-authority-data: ${ca}}}
- {name: nowhere, cluster: {server: "https://127.0.0.1:1"}}
users:
- {name: me, user: {client-certificate-data: ${cert}, client-key-data: ${key}}}
- {name: nobody, user: {}}
`,
  );
  const connection = await loadConnection({ env: { KUBECONFIG: kubeconfig }, context: 'right' });
  assert.equal(connection.namespace, 'banten');
  assert.equal(await whoAmI(open(connection)), 'admin');
});

test('tls-server-name is verified instead of the host', async () => {
  const config = JSON.parse(await readFile(cluster.kubeconfig, 'utf8'));
  const connect = async (name: string) => {
    config.clusters[0].cluster['tls-server-name'] = name;
    const kubeconfig = join(cluster.folder, `servername-${name}`);
    await writeFile(kubeconfig, JSON.stringify(config));
    return await whoAmI(open(await loadConnection({ env: {}, kubeconfig })));
  };
  assert.equal(await connect('kubernetes.default.svc'), 'admin');
  await assert.rejects(connect('elsewhere.example'), { code: 'STORE_Unreachable' });
});

test('in-cluster: token, CA and namespace come from the files of the pod', async () => {
  const folder = await accountFolder('pod', await cluster.serviceAccountToken('default', 'gateway'));
  const env = {
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: port(),
    SIMPUL_SERVICE_ACCOUNT_FOLDER: folder,
  };
  const connection = await loadConnection({ env });
  assert.equal(connection.namespace, 'default');
  assert.equal(await whoAmI(open(connection)), 'system:serviceaccount:default:gateway');
});

test('in-cluster: a rotated token is read again after a minute', async () => {
  const folder = await accountFolder('rotated', await cluster.serviceAccountToken('default', 'first'));
  let nowMs = 0;
  const store = open(await inClusterConnection({ host: '127.0.0.1', port: port(), folder, now: () => nowMs }));
  await writeAtomically(join(folder, 'token'), await cluster.serviceAccountToken('default', 'second'));
  nowMs = 59_000;
  assert.equal(await whoAmI(store), 'system:serviceaccount:default:first');
  nowMs = 61_000;
  assert.equal(await whoAmI(store), 'system:serviceaccount:default:second');
});

test('in-cluster: a refused token is read again at once, also by a watch', async () => {
  const folder = await accountFolder('refused', 'not-a-token');
  const store = open(await inClusterConnection({ host: '127.0.0.1', port: port(), folder }));
  await assert.rejects(whoAmI(store), { code: 'STORE_Unauthorized' });
  await writeAtomically(join(folder, 'token'), await cluster.serviceAccountToken('default', 'good'));
  const controller = new AbortController();
  const { resourceVersion } = await admin.list(coreKinds.Namespace);
  const watch = store.watch(coreKinds.Namespace, { resourceVersion, signal: controller.signal });
  const next = watch[Symbol.asyncIterator]().next();
  await cluster.kubectl(['create', 'namespace', 'seen']);
  assert.equal((await next).value?.type, 'ADDED');
  controller.abort();
  assert.equal(await whoAmI(store), 'system:serviceaccount:default:good');
});

test('tokenFile of a kubeconfig: rotation while calls go on fails none of them', async () => {
  const tokenFile = join(cluster.folder, 'token-file');
  await writeFile(tokenFile, await cluster.serviceAccountToken('default', 'before'));
  const kubeconfig = await cluster.kubeconfigFor({ tokenFile });
  const store = open(await loadConnection({ env: {}, kubeconfig }));
  assert.equal(await whoAmI(store), 'system:serviceaccount:default:before');
  await writeAtomically(tokenFile, await cluster.serviceAccountToken('default', 'behind'));
  await cluster.kubectl(['delete', 'serviceaccount', 'before', '-n', 'default']); // its tokens die within 10 s
  const seen = new Set<string | undefined>();
  await waitFor(
    'the new token',
    async () => {
      const user = await whoAmI(store); // a 401 would throw here
      seen.add(user);
      return user === 'system:serviceaccount:default:behind';
    },
    { timeoutMs: 40_000 },
  );
  assert.ok(seen.size <= 2);
});

/** A kubeconfig whose user is an exec plugin: a shell script that counts its runs and prints what `status` says. */
async function execKubeconfig(name: string, status: string, more: object = {}) {
  const folder = join(cluster.folder, `exec-${name}`);
  await mkdir(folder);
  const [script, runsFile, infoFile] = ['plugin.sh', 'runs', 'info'].map((file) => join(folder, file));
  await writeFile(script!, `echo run >> ${runsFile}\nprintf %s "$KUBERNETES_EXEC_INFO" > ${infoFile}\n${status}\n`);
  const config = JSON.parse(await readFile(cluster.kubeconfig, 'utf8'));
  const apiVersion = 'client.authentication.k8s.io/v1';
  config.users[0].user = { exec: { apiVersion, command: 'sh', args: [script], interactiveMode: 'Never', ...more } };
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(config));
  const runs = async () => (await readFile(runsFile!, 'utf8')).trim().split('\n').length;
  return { folder, kubeconfig, runs, info: async () => JSON.parse(await readFile(infoFile!, 'utf8')) };
}

function credential(status: string): string {
  return `cat <<EOT\n{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": ${status}}\nEOT`;
}

test('exec plugin: a token without expiry is asked for once, and again when it is refused', async () => {
  const tokenFile = join(cluster.folder, 'exec-token');
  await writeFile(tokenFile, await cluster.serviceAccountToken('default', 'exec-before'));
  const plugin = await execKubeconfig('once', credential(`{"token": "$(cat ${tokenFile})"}`), {
    provideClusterInfo: true,
  });
  const store = open(await loadConnection({ env: process.env, kubeconfig: plugin.kubeconfig }));
  for (let call = 0; call < 20; call += 1) await store.get(coreKinds.Namespace, { namespace: '', name: 'default' });
  assert.equal(await plugin.runs(), 1);
  assert.equal((await plugin.info()).spec.cluster.server, cluster.url);

  await writeFile(tokenFile, await cluster.serviceAccountToken('default', 'exec-behind'));
  await cluster.kubectl(['delete', 'serviceaccount', 'exec-before', '-n', 'default']);
  await waitFor('the new token', async () => (await whoAmI(store)) === 'system:serviceaccount:default:exec-behind');
  assert.equal(await plugin.runs(), 2);
});

test('exec plugin: a token is renewed before it expires', async () => {
  const token = await cluster.serviceAccountToken('default', 'expiring');
  const soon = '"$(date -u -d "+11 seconds" +%Y-%m-%dT%H:%M:%SZ)"';
  const plugin = await execKubeconfig('expiring', credential(`{"token": "${token}", "expirationTimestamp": ${soon}}`));
  const store = open(await loadConnection({ env: process.env, kubeconfig: plugin.kubeconfig }));
  await waitFor('a second run', async () => {
    assert.equal(await whoAmI(store), 'system:serviceaccount:default:expiring');
    return (await plugin.runs()) > 1;
  });
});

test('exec plugin: a client certificate', async () => {
  const client = JSON.parse(await readFile(await cluster.clientFor('by-plugin', ['testers']), 'utf8')).users[0].user;
  const encoded = async (file: string) => JSON.stringify(await readFile(file, 'utf8')).replaceAll('\\', '\\\\');
  const [cert, key] = [await encoded(client['client-certificate']), await encoded(client['client-key'])];
  const plugin = await execKubeconfig(
    'certificate',
    credential(`{"clientCertificateData": ${cert}, "clientKeyData": ${key}}`),
  );
  const store = open(await loadConnection({ env: process.env, kubeconfig: plugin.kubeconfig }));
  assert.equal(await whoAmI(store), 'by-plugin');
});

for (const [what, status, more, message] of [
  ['fails', 'echo "log in first" >&2; exit 3', {}, /ended with 3: log in first/],
  ['prints no credential', 'echo secret-token', {}, /printed no ExecCredential/],
  ['gives nothing', credential('{}'), {}, /neither a token nor a client certificate/],
  [
    'is missing',
    '',
    { command: 'no-such-plugin', installHint: 'get it from us' },
    /cannot be started \(get it from us\)/,
  ],
] as const) {
  test(`exec plugin that ${what}: a clear error, which never quotes its output`, async () => {
    const plugin = await execKubeconfig(what.replaceAll(' ', '-'), status, more);
    const error = await loadConnection({ env: process.env, kubeconfig: plugin.kubeconfig }).catch((thrown) => thrown);
    assert.equal(error.code, 'KUBE_CONNECTION');
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /secret-token/);
  });
}

for (const [what, options, message] of [
  ['no cluster at all', { env: { HOME: '/nonexistent' } }, /no cluster is configured|kubeconfig/],
  [
    'a kubeconfig that does not exist',
    { env: {}, kubeconfig: '/nonexistent/config' },
    /cannot read the kubeconfig \/nonexistent\/config/,
  ],
  ['a context that does not exist', { env: {}, context: 'nowhere' }, /context "nowhere"/],
] as const) {
  test(`${what}: a clear error`, async () => {
    const withConfig = 'context' in options ? { ...options, kubeconfig: cluster.kubeconfig } : options;
    const error = await loadConnection(withConfig).catch((thrown) => thrown);
    assert.equal(error.code, 'KUBE_CONNECTION', String(error));
    assert.match(error.message, message);
  });
}
