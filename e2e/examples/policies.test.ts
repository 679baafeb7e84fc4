import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { apiVersion } from '#api/kinds.ts';
import { anAuthority } from '#gateway/testing/authority.ts';
import type { GatewayProgram } from '../operator/gateway-program.ts';
import { Installation, readObjects } from '../operator/harness.ts';
import { DevProcess, eventually, runSimpul, temporaryFolder } from '../standalone/simpul.ts';
import { policiesFile, policiesHost, policiesNeeds, policiesPath } from './policies.ts';

interface Answered {
  readonly status: number;
  readonly code: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** One call of a gateway as a caller at `client` makes it, through a trusted proxy. */
function callFrom(client: string, base: string, path: string, options: object = {}): Promise<Answered> {
  const { method = 'GET', headers = {} } = options as { method?: string; headers?: Record<string, string> };
  const sent = { method, headers: { Host: policiesHost, 'X-Forwarded-For': client, ...headers } };
  return new Promise((resolve, reject) => {
    const call = request(`${base}${path}`, sent, (answer) => {
      answer.resume().on('end', () => {
        resolve({ status: answer.statusCode ?? 0, code: answer.headers['simpul-code'], headers: answer.headers });
      });
    });
    call.on('error', reject).end();
  });
}

const portal = 'https://portal.bantenprov.go.id';
const preflight = { method: 'OPTIONS', headers: { Origin: portal, 'Access-Control-Request-Method': 'GET' } };
const withToken = { headers: { Authorization: 'Bearer a.b.c' } };

/** What can be seen of the file without its backend and its identity provider, which are elsewhere. */
async function assertServed(base: string): Promise<void> {
  const inside = '10.1.2.3';
  const served = await callFrom(inside, base, policiesPath);
  assert.deepEqual([served.status, served.code], [401, 'GW_CREDENTIAL_MISSING']);
  assert.equal((await callFrom('10.9.9.1', base, policiesPath)).code, 'GW_ADDRESS_NOT_ALLOWED');
  assert.equal((await callFrom('192.0.2.1', base, policiesPath)).code, 'GW_ADDRESS_NOT_ALLOWED');
  const allowed = await callFrom(inside, base, policiesPath, preflight);
  assert.deepEqual([allowed.status, allowed.headers['access-control-allow-origin']], [204, portal]);
  assert.equal(allowed.headers['access-control-max-age'], '600');
  assert.equal((await callFrom(inside, base, '/penduduk/v2/lain')).code, 'GW_OPERATION_NOT_FOUND');
  assert.equal((await callFrom(inside, base, policiesPath, { method: 'POST' })).code, 'GW_METHOD_NOT_ALLOWED');
  assert.equal((await callFrom(inside, base, policiesPath, withToken)).code, 'GW_KEY_MANAGER_UNREACHABLE');
  assert.equal((await callFrom(inside, base, '/penduduk/v1')).code, 'GW_ROUTE_NOT_FOUND');
}

describe('examples/policies.yaml, unchanged, without a cluster', () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let needs: string;

  before(async () => {
    const authority = stack.use(await anAuthority());
    folder = stack.use(await temporaryFolder()).path;
    needs = (await policiesNeeds(authority)).map((object) => stringify(object)).join('---\n');
  });
  after(() => stack.disposeAsync());

  test('is valid, by itself and with what it refers to', async () => {
    const alone = await runSimpul(['validate', policiesFile]);
    assert.equal(alone.code, 0, alone.stdout);
    assert.match(alone.stdout, /2 objects in 1 file/);
    const together = await runSimpul(['validate', policiesFile, '-'], { stdin: needs });
    assert.equal(together.code, 0, together.stdout);
  });

  test('is translated whole, without its secrets', async () => {
    const { code, stdout } = await runSimpul(['translate', policiesFile, '-'], { stdin: needs });
    assert.equal(code, 0, stdout);
    const policies = [
      'retries',
      'circuitBreaker',
      'healthCheck',
      'loadBalancing',
      'cors',
      'cache',
      'definition',
      'formats',
    ];
    for (const part of [...policies, 'access', 'limits', 'plans', 'logging', 'scopes', 'headers', 'maxRequestBytes']) {
      assert.match(stdout, new RegExp(`^ +${part}:`, 'm'), part);
    }
    assert.doesNotMatch(stdout, /rahasia-dukcapil|PRIVATE KEY|c2ltcHVsOnJhaGFzaWE/);
  });

  test('is served by simpul dev', async () => {
    await cp(policiesFile, join(folder, 'policies.yaml'));
    await writeFile(join(folder, 'needs.yaml'), needs);
    const state = stack.use(await temporaryFolder()).path;
    const dev = stack.use(await DevProcess.start(folder, join(state, 'state')));
    await eventually('it is served', async () => {
      const { status } = await callFrom('10.1.2.3', dev.gateway(), policiesPath);
      return status === 401 ? true : undefined;
    });
    await assertServed(dev.gateway());
  });
});

describe('examples/policies.yaml, unchanged, on a real API server', () => {
  const stack = new AsyncDisposableStack();
  let installation: Installation;
  let gateway: GatewayProgram;

  before(async () => {
    installation = await Installation.start();
    await installation.startOperator();
    const needs = await policiesNeeds(stack.use(await anAuthority()));
    const [tenant, apiGateway, ...rest] = needs;
    if (tenant === undefined || apiGateway === undefined)
      throw new TypeError('the needs begin with Tenant and ApiGateway');
    await installation.apply(tenant, apiGateway);
    await installation.untilReady(tenant);
    gateway = await installation.startGateway('public-1');
    await installation.apply(...rest);
  });
  after(async () => {
    await installation?.stop();
    await stack.disposeAsync();
  });

  test('is taken by a dry run with strict validation, then applied', async () => {
    for (const more of [['--dry-run=server'], []]) {
      await installation.cluster.kubectl(['apply', '--validate=strict', ...more, '-f', policiesFile]);
    }
  });

  test('every object becomes Ready, and is served', async () => {
    const objects = readObjects(policiesFile).filter((object) => object.apiVersion === apiVersion);
    assert.equal(objects.length, 2);
    await installation.untilReady(...objects);
    await assertServed(`http://127.0.0.1:${await gateway.port()}`);
  });
});
