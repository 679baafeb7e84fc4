import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aGateway, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { sendRaw } from '#gateway/testing/raw-client.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway } from '#gateway/testing/test-gateway.ts';
import { startHaproxy } from './haproxy.ts';

const listener = { name: 'http', protocol: 'HTTP', port: 8080, http2: false, proxyProtocol: true } as const;

for (const words of ['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options unique-id,crc32c']) {
  test(`a real haproxy in front says who calls: ${words}`, async () => {
    await using backend = await aBackend((_request, response) => response.end('hello'));
    const gateway = aGateway({ listeners: [listener], trustedProxies: ['127.0.0.1/32'] });
    const api = anApi({ backend: backendAt(backend.url) });
    await using gw = await aRunningGateway([gateway, aTenant(), api]);
    await using haproxy = await startHaproxy(gw.port, words);
    // From an address of its own, so that it is not haproxy's.
    const request = 'GET /banten/situs/v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    assert.match(await sendRaw(haproxy.port, request, '127.0.0.77'), /^HTTP\/1\.1 200 /);
    await gw.logged(1);
    assert.equal(gw.calls[0]?.['client'], '127.0.0.77');
  });
}
