import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { apiVersion } from '#api/kinds.ts';
import { siteServer } from '../../examples/banten/backend/server.ts';
import { readSites } from '../../examples/banten/backend/sites.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation, readObjects } from './harness.ts';

const file = fileURLToPath(new URL('../../examples/banten/banten.yaml', import.meta.url));
const sites = new URL('../../examples/banten/data/banten-sites.csv', import.meta.url);
const path = '/banten/situs/v1';
const approval = { apiVersion, kind: 'Approval', metadata: { namespace: 'banten', name: 'dasbor-situs' } };
const situs = { apiVersion, kind: 'ApiService', metadata: { namespace: 'banten', name: 'situs' } };
const dasbor = { apiVersion, kind: 'Subscription', metadata: { namespace: 'tangerang', name: 'dasbor' } };

describe('the Banten example on a cluster', () => {
  let installation: Installation;
  let gateway: GatewayProgram;
  let backend: Server;

  before(async () => {
    installation = await Installation.start();
    backend = siteServer(readSites(sites));
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    await installation.startOperator();
    await installation.cluster.kubectl(['apply', '-f', file]);
    gateway = await installation.startGateway('public-1');
  });
  after(async () => {
    backend?.close();
    await installation?.stop();
  });

  test('every object becomes Ready, unchanged', async () => {
    const own = readObjects(file).filter((object) => object.apiVersion === apiVersion);
    await installation.untilReady(...own);
    assert.equal(own.length, 7);
  });

  test('the generated key and the one that was brought open the API, others do not', async () => {
    // Its backend has a fixed port, where anybody may listen: the test brings its own.
    const { port } = backend.address() as AddressInfo;
    const patch = [{ op: 'replace', path: '/spec/backend/endpoints/0/url', value: `http://127.0.0.1:${port}/situs` }];
    await installation.cluster.kubectl([
      ...['patch', 'apiservices.simpul.id', 'situs', '-n', 'banten'],
      ...['--type=json', '-p', JSON.stringify(patch)],
    ]);
    const generated = await installation.keyIn('tangerang', 'perizinan-utama');
    const { text } = await gateway.untilStatus(200, path, { key: generated });
    assert.equal((JSON.parse(text) as unknown[]).length, 100);
    const brought = await installation.keyIn('tangerang', 'perizinan-cadangan');
    assert.equal((await gateway.call(path, { key: brought })).status, 200);
    assert.equal((await gateway.call(path)).status, 401);
    assert.equal((await gateway.call(path, { key: `${generated}x` })).status, 401);
  });

  test('the second application waits for its Approval, is served with it, and refused again without it', async () => {
    const key = await installation.keyIn('tangerang', 'dasbor-utama');
    await gateway.untilStatus(200, path, { key });
    await installation.remove(approval);
    await installation.untilCondition(dasbor, 'Approved', { status: 'False', reason: 'PendingApproval' });
    await gateway.untilStatus(403, path, { key });
    await installation.apply(...readObjects(file).filter(({ kind }) => kind === 'Approval'));
    await installation.untilReady(dasbor, approval);
    await gateway.untilStatus(200, path, { key });
  });

  test('a deleted ApiService is served no more', async () => {
    await installation.remove(situs);
    await gateway.untilStatus(404, path);
  });
});
