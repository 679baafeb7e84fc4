import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { bantenText, call, DevProcess, eventually, runShell, startBackend, temporaryFolder } from './simpul.ts';

/** A second gateway, with an API on a host of its own that needs a key. */
const second = (backend: number) => `
apiVersion: simpul.id/v1alpha1
kind: ApiGateway
metadata: { name: dalam, namespace: simpul-system }
spec:
  listeners: [{ name: http, protocol: HTTP, port: 8080 }]
  tenants: { from: All }
  backendAccess: { allow: [127.0.0.0/8] }
---
apiVersion: simpul.id/v1alpha1
kind: ApiService
metadata: { name: dalam, namespace: banten }
spec:
  displayName: Situs di dalam
  version: 2.0.0
  lifecycle: Published
  visibility: Public
  gatewayRefs: [{ name: dalam, namespace: simpul-system }]
  hosts: [api.bantenprov.go.id]
  basePath: /situs
  backend: { endpoints: [{ url: "http://127.0.0.1:${backend}" }] }
  operations: [{ path: "/situs/{no}", methods: [GET] }]
---
apiVersion: simpul.id/v1alpha1
kind: Subscription
metadata: { name: dalam, namespace: banten }
spec:
  application: { displayName: Dalam }
  apis: [{ name: dalam }]
`;

test('each ApiGateway answers on a port of its own, the first one on --port', async () => {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await startBackend());
  const { path } = stack.use(await temporaryFolder());
  const state = stack.use(await temporaryFolder()).path;
  await writeFile(join(path, 'a.yaml'), await bantenText(backend.port));
  const [port = 0] = await freePorts(1);
  const dev = stack.use(await DevProcess.start(path, state, ['--port', String(port)]));
  assert.equal(dev.gateway(), `http://127.0.0.1:${port}`);

  await dev.write('b.yaml', second(backend.port));
  await dev.prints('ready      Subscription banten/dalam');
  const line = await eventually('a call with host, key and operation is printed', () => {
    return dev.curls().find((text) => text.includes('Host: api.bantenprov.go.id') && text.includes('X-API-Key'));
  });
  assert.doesNotMatch(line, new RegExp(`:${port}/`), 'a port of its own');
  await eventually('it works as pasted', async () => {
    const { code, stdout } = await runShell(line.replace(/^curl /, 'curl --silent --fail '));
    return code === 0 && (JSON.parse(stdout) as { no: number }).no === 1 ? true : undefined;
  });
  const metrics = (await call(`${dev.admin}/metrics`)).text;
  for (const gateway of ['simpul-system/public', 'simpul-system/dalam']) {
    assert.match(metrics, new RegExp(`^simpul_gateway_loaded_objects\\{gateway="${gateway}"\\} \\d+$`, 'm'));
  }

  const own = /http:\/\/[\d.:]+/.exec(line)?.[0] ?? '';
  await dev.remove('b.yaml');
  await dev.prints('gone       ApiGateway simpul-system/dalam');
  await eventually('its port is closed', async () => {
    return await call(own).then(
      () => undefined,
      () => true,
    );
  });
  assert.equal((await call(dev.gateway())).status, 404, 'the other one serves on');
  assert.equal(await dev.stop(), 0);
});
