import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { anAuthority } from '#gateway/testing/authority.ts';
import { aGateway, aTenant } from '#gateway/testing/compiled.ts';
import { aRunningGateway, call } from '#gateway/testing/test-gateway.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Resident bytes after what is garbage has gone. */
function residentBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage.rss();
}

/** Another process holds them: each process may open so many descriptors. */
async function holding(port: number, count: number, kind: 'plain' | 'tls'): Promise<AsyncDisposable> {
  const file = new URL('./open-connections.client.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, String(port), String(count), kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => assert.fail('the clients ended before all connections were open')),
  ]);
  const close = async () => {
    child.stdin.end();
    await once(child, 'exit');
  };
  return { [Symbol.asyncDispose]: close };
}

test('10,000 kept connections: at most 10 KiB each, and calls go on', async (context) => {
  await using gw = await aRunningGateway([aTenant()], { accessLog: () => undefined });
  const perConnection = async (count: number): Promise<number> => {
    const before = residentBytes();
    await using _held = await holding(gw.port, count, 'plain');
    assert.equal((await call(gw.port, '/nowhere')).status, 404);
    return (residentBytes() - before) / count;
  };
  await perConnection(500); // what is there once: code, pools, tables
  const bytes = await perConnection(10_000);
  context.diagnostic(`${Math.round(bytes)} bytes of each idle plain connection`);
  assert.ok(bytes <= 10 * 1024, `${bytes} bytes`);
});

test('1,000 kept TLS connections: at most 64 KiB each', async (context) => {
  await using authority = await anAuthority();
  const tls = { certificates: [await authority.issue('a.example')], minVersion: 'TLSv1.2' } as const;
  const listener = { name: 'http', protocol: 'HTTPS', port: 8443, tls, http2: true, proxyProtocol: false } as const;
  const objects = [aGateway({ listeners: [listener] }), aTenant()];
  await using gw = await aRunningGateway(objects, { accessLog: () => undefined });
  const perConnection = async (count: number): Promise<number> => {
    const before = residentBytes();
    await using _held = await holding(gw.port, count, 'tls');
    return (residentBytes() - before) / count;
  };
  await perConnection(100);
  const bytes = await perConnection(1000);
  context.diagnostic(`${Math.round(bytes)} bytes of each idle TLS connection`);
  assert.ok(bytes <= 64 * 1024, `${bytes} bytes`);
});
