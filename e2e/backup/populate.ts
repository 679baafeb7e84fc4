import assert from 'node:assert/strict';
import type { KubeObject } from '#api/object.ts';
import { certificateUser } from '#e2e/admission/api-user.ts';
import type { GatewayProgram } from '#e2e/operator/gateway-program.ts';
import type { Installation } from '#e2e/operator/harness.ts';
import {
  apiGateway,
  apiService,
  approval,
  brought,
  keyedApi,
  keyManager,
  secret,
  strongKey,
  subscription,
  tenant,
} from '#e2e/operator/objects.ts';
import { until } from '#e2e/operator/waiting.ts';

const policy = ['validatingadmissionpolicybinding', 'simpul-approvals'];
const gold = { name: 'emas', namespace: 'provider', plan: 'gold' } as const;
const conflict = { status: 'False' } as const;

/** Plain values that lie in Secrets and ConfigMaps of the installation. */
export const planted = {
  brought: strongKey('kenari-kunci'),
  backend: 'kenari-kredensial-7Q2w9ZxT4rLm',
  document: 'kenari-dokumen-9ZxT4rLm7Q2w',
} as const;

/**
 * Fills an installation with what is decided by who came first, and by whom: names are chosen so that everything would
 * be decided the other way, were it decided anew.
 */
export async function populate(installation: Installation, backendUrl: string): Promise<GatewayProgram> {
  const members = [{ kind: 'User', name: 'ratna', role: 'Approver' }];
  const owners = [tenant('provider', { paths: ['/provider'], members }), tenant('consumer')];
  const [first, second] = [tenant('zeta', { paths: ['/bersama'] }), tenant('alfa', { paths: ['/bersama', '/alfa'] })];
  await installation.apply(apiGateway(), ...owners, first);
  const gateway = await installation.startGateway('public-1');
  await installation.untilReady(...owners, first);
  await installation.apply(second);
  await installation.untilCondition(second, 'Accepted', { ...conflict, reason: 'ClaimConflict' });
  await routes(installation, backendUrl);
  await tokens(installation, backendUrl);
  await keys(installation, backendUrl);
  await deprecation(installation, backendUrl);
  await approvals(installation, backendUrl);
  return gateway;
}

/** `lama` was accepted before `zulu`, but asks now for what `zulu` has. */
async function routes(installation: Installation, backendUrl: string): Promise<void> {
  const route = (name: string): KubeObject =>
    apiService('provider', name, { backendUrl, basePath: '/provider/rute', description: 'akan hilang' });
  const old = apiService('provider', 'lama', { backendUrl, description: 'akan hilang' });
  await installation.apply(old);
  await installation.untilReady(old);
  // Times of acceptance have whole seconds.
  const { acceptedAt = '' } = (await installation.get(old))?.status ?? {};
  await until('a second is over', () => Date.now() >= Date.parse(String(acceptedAt)) + 1000);
  await installation.apply(route('zulu'));
  await installation.untilReady(route('zulu'));
  await installation.apply(route('abdi'), route('lama'));
  for (const name of ['abdi', 'lama']) {
    await installation.untilCondition(route(name), 'Accepted', { ...conflict, reason: 'RouteConflict' });
  }
}

async function tokens(installation: Installation, backendUrl: string): Promise<void> {
  const tokenEndpoint = { issuer: 'https://api.example/masuk' };
  const masuk = keyManager('simpul-system', 'masuk', { type: 'TokenEndpoint', tokenEndpoint });
  const authentication = { keyManagerRefs: [{ name: 'masuk', namespace: 'simpul-system' }] };
  const api = apiService('provider', 'bertoken', { backendUrl, authentication });
  await installation.apply(masuk, api);
  await installation.untilReady(masuk, api);
}

/** A key that is generated, one that is brought, and one that two Subscriptions bring. */
async function keys(installation: Installation, backendUrl: string): Promise<void> {
  const paths = { '/': { get: { responses: { 200: { description: planted.document } } } } };
  const openApi = JSON.stringify({ openapi: '3.1.0', info: { title: 'Dokumen', version: '1' }, paths });
  const documents = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'provider', name: 'dokumen' } },
    data: { 'openapi.json': openApi },
  };
  const api = keyedApi('provider', 'berkunci', {
    backend: { endpoints: [{ url: backendUrl }], credentialRef: { name: 'backend' } },
    definition: { openApi: { configMapRef: { name: 'dokumen', key: 'openapi.json' } } },
  });
  const wanted = [
    { name: 'berkunci', namespace: 'provider' },
    { name: 'bertoken', namespace: 'provider' },
  ];
  const holder = subscription('consumer', 'zaman', wanted, { credentials: [brought('utama', 'dibawa')] });
  const rival = subscription('consumer', 'awal', wanted, { credentials: [brought('utama', 'disalin')] });
  await installation.apply(
    documents,
    secret('provider', 'backend', { token: planted.backend }, 'simpul.id/backend-credential'),
    secret('consumer', 'dibawa', { 'api-key': planted.brought }),
    secret('consumer', 'disalin', { 'api-key': planted.brought }),
    api,
    subscription('consumer', 'dibuat', wanted),
    holder,
  );
  await installation.untilReady(api, subscription('consumer', 'dibuat', wanted), holder);
  await installation.apply(rival);
  await installation.untilCondition(rival, 'ResolvedRefs', { ...conflict, reason: 'CredentialInUse' });
}

/** Whoever was there before an API was deprecated keeps it; nobody comes in anew. */
async function deprecation(installation: Installation, backendUrl: string): Promise<void> {
  const api = keyedApi('provider', 'tua', { backendUrl });
  const [before, late] = ['sebelum', 'telat'].map((name) => {
    return subscription('consumer', name, [{ name: 'tua', namespace: 'provider' }]);
  });
  assert.ok(before !== undefined && late !== undefined);
  await installation.apply(api, before);
  await installation.untilReady(api, before);
  const deprecated = keyedApi('provider', 'tua', { backendUrl, lifecycle: 'Deprecated' });
  await installation.apply(deprecated);
  await installation.untilReady(deprecated);
  await until('the next second', async () => {
    const { deprecatedAt } = (await installation.get(api))?.status ?? {};
    return typeof deprecatedAt === 'string' && Date.now() >= Date.parse(deprecatedAt) + 1000;
  });
  await installation.apply(late);
  await installation.untilCondition(late, 'ResolvedRefs', { ...conflict, reason: 'ApiDeprecated' });
}

/** One by somebody who signs for it, one that pins a UID, and one that never counted. */
async function approvals(installation: Installation, backendUrl: string): Promise<void> {
  const api = keyedApi('provider', 'emas', { plans: { gold: { approval: 'Manual' } }, backendUrl });
  const asked = ['disetujui', 'dipaku', 'tanpa-kebijakan'].map((name) => subscription('consumer', name, [gold]));
  await installation.apply(api, ...asked);
  await installation.untilReady(api);
  const of = (name: string, more: object = {}): KubeObject =>
    approval('provider', name, 'emas', { subscriptionRef: { name, namespace: 'consumer', ...more } });
  const ratna = await certificateUser(installation.cluster, 'ratna');
  const signed = { ...of('disetujui'), spec: { ...(of('disetujui') as { spec?: object }).spec, decidedBy: 'ratna' } };
  const path = '/apis/simpul.id/v1alpha1/namespaces/provider/approvals';
  await until('ratna may approve', async () => (await ratna.send('POST', path, signed)).code === 201);
  await ratna.close();
  const pinned = of('dipaku', { uid: (await installation.get(asked[1]!))?.metadata.uid });
  await installation.apply(pinned);
  await installation.untilReady(asked[0]!, asked[1]!);

  const manifest = JSON.parse(await installation.cluster.kubectl(['get', ...policy, '-o', 'json'])) as KubeObject;
  await installation.cluster.kubectl(['delete', ...policy]);
  await installation.apply(of('tanpa-kebijakan'));
  await installation.untilCondition(of('tanpa-kebijakan'), 'Accepted', { ...conflict, reason: 'PolicyMissing' });
  const { apiVersion, kind, metadata, ...rest } = manifest;
  const { name, labels = {} } = metadata;
  const again = { apiVersion, kind, metadata: { name, labels }, ...rest };
  await installation.cluster.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(again));
}
