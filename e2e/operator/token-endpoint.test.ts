import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { coreKinds } from '#api/kinds.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, keyManager, secret, subscription, tenant } from './objects.ts';
import { until } from './waiting.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded', host: 'api.example' };
const endpoint = { issuer: 'https://api.example/masuk' };

/** The keys of a token endpoint, made by the operator on a real API server, with the rights that are shipped. */
describe('a token endpoint', () => {
  let installation: Installation;
  let gateways: GatewayProgram[];

  before(async () => {
    installation = await Installation.start({ controllerManager: true });
    await installation.startOperator();
    const provider = tenant('provider', { paths: ['/provider'] });
    await installation.apply(apiGateway(), provider);
    gateways = [await installation.startGateway('public-1'), await installation.startGateway('public-2')];
    const masuk = keyManager('simpul-system', 'masuk', { type: 'TokenEndpoint', tokenEndpoint: endpoint });
    await installation.untilReady(provider);
    const authentication = { keyManagerRefs: [{ name: 'masuk', namespace: 'simpul-system' }] };
    const api = apiService('provider', 'api', { backendUrl: installation.backend, authentication });
    const caller = subscription('provider', 'aplikasi', [{ name: 'api' }], { credentials: [{ name: 'utama' }] });
    await installation.apply(masuk, api, caller);
    await installation.untilReady(masuk, api, caller);
  });
  after(() => installation?.stop());

  const tokenOf = async (gateway: GatewayProgram | undefined): Promise<string> => {
    const key = await installation.keyIn('provider', 'aplikasi-utama');
    const fields = { grant_type: 'client_credentials', client_id: 'provider/aplikasi', client_secret: key };
    const body = new URLSearchParams(fields).toString();
    const answer = await gateway?.call('/masuk/token', { method: 'POST', headers: form, body });
    assert.equal(answer?.status, 200, answer?.text);
    return (JSON.parse(answer.text) as { access_token: string }).access_token;
  };
  const callWith = async (gateway: GatewayProgram | undefined, token: string): Promise<number | undefined> =>
    (await gateway?.call('/provider/api', { headers: { host: 'api.example', authorization: `Bearer ${token}` } }))
      ?.status;

  test('gives tokens on one pod that are good on every pod', async () => {
    assert.equal(await callWith(gateways[1], await tokenOf(gateways[0])), 200);
  });

  test('makes new keys when the Secret is gone, and then old tokens are refused', async () => {
    const token = await tokenOf(gateways[0]);
    await installation.remove(secret('simpul-system', 'simpul-token-keys', {}));
    // Something about the KeyManager changes, so that it is visited before its time.
    await installation.apply(
      keyManager('simpul-system', 'masuk', {
        type: 'TokenEndpoint',
        tokenEndpoint: { ...endpoint, tokenLifetime: '6m' },
      }),
    );
    await until('old tokens are refused', async () => (await callWith(gateways[1], token)) === 401);
    assert.equal(await callWith(gateways[1], await tokenOf(gateways[0])), 200);
    const secrets = await installation.list(coreKinds.Secret, 'simpul-system');
    assert.equal(secrets.filter(({ metadata }) => metadata.name === 'simpul-token-keys').length, 1);
  });
});
