import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { readAudit } from './audit-log.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation, operatorUser } from './harness.ts';
import { apiGateway, apiService, secret, tenant } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

/** Secrets that specs refer to, on a real API server, with the rights that are shipped. */
describe('a Secret that an ApiService refers to', () => {
  const own = 'simpul.id/backend-credential';
  let installation: Installation;
  let first: OperatorProgram;
  let gateway: GatewayProgram;
  let echo: Server;
  let api: ReturnType<typeof apiService>;

  before(async () => {
    installation = await Installation.start({ auditLog: true, controllerManager: true });
    first = await installation.startOperator();
    const provider = tenant('provider', { paths: ['/provider'] });
    await installation.apply(apiGateway(), provider);
    gateway = await installation.startGateway('public-1');
    await installation.untilReady(provider);
    echo = createServer((request, response) => response.end(request.headers.authorization ?? 'nothing'));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as AddressInfo;
    const backend = { endpoints: [{ url: `http://127.0.0.1:${port}` }], credentialRef: { name: 'dukcapil' } };
    api = apiService('provider', 'api', { backend });
    await installation.apply(api);
  });
  after(async () => {
    echo?.close();
    await installation?.stop();
  });

  const untilSays = (text: string) =>
    until(`the backend hears "${text}"`, async () => (await gateway.call('/provider/api')).text === text);

  test('is waited for, and one of another type is not read', async () => {
    await installation.untilCondition(api, 'ResolvedRefs', { status: 'False', reason: 'SecretNotFound' });
    await installation.apply(secret('provider', 'dukcapil', { token: 'tak-dibaca' }, 'Opaque'));
    await installation.untilCondition(api, 'Ready', { status: 'False', reason: 'SecretNotFound' });
    assert.equal((await gateway.call('/provider/api')).status, 404);
    await installation.remove(secret('provider', 'dukcapil', {}));
  });

  test('reaches the backend as soon as it is there, and again when it is edited', async () => {
    await installation.apply(secret('provider', 'dukcapil', { token: 'pertama' }, own));
    await untilSays('Bearer pertama');
    await installation.untilReady(api);
    await installation.apply(secret('provider', 'dukcapil', { token: 'kedua' }, own));
    await untilSays('Bearer kedua');
  });

  test('stays in force when it is gone, also for an operator that begins anew', async () => {
    await installation.remove(secret('provider', 'dukcapil', {}));
    await installation.untilCondition(api, 'ResolvedRefs', { status: 'False', reason: 'SecretNotFound' });
    await first.stop();
    await (await installation.startOperator()).untilWorking();
    await installation.apply(apiService('provider', 'lain'));
    await installation.untilCondition(api, 'ResolvedRefs', { status: 'False', reason: 'SecretNotFound' });
    assert.equal((await gateway.call('/provider/api')).text, 'Bearer kedua');
  });

  test('is in no status and no condition', async () => {
    const seen = JSON.stringify((await installation.get(api))?.status);
    assert.doesNotMatch(seen, /pertama|kedua|tak-dibaca/);
  });

  test('is the only one of its kind that the operator ever asked for', async () => {
    const events = await readAudit(installation.cluster.auditLog ?? '');
    const asked = events.filter(({ user, objectRef, verb }) => {
      return user.username === operatorUser && objectRef?.resource === 'secrets' && /^(list|watch)$/.test(verb);
    });
    const inTenant = asked.filter(({ objectRef }) => objectRef?.namespace === 'provider');
    const selectors = inTenant.map(({ requestURI }) =>
      new URL(requestURI, 'http://a').searchParams.get('fieldSelector'),
    );
    assert.deepEqual(
      [...new Set(selectors)].sort(),
      [
        'metadata.name=dukcapil,type=kubernetes.io/basic-auth',
        `metadata.name=dukcapil,type=${own}`,
        'type=simpul.id/api-key',
      ].sort(),
    );
  });
});
