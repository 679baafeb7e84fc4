import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

async function running() {
  const stack = new AsyncDisposableStack();
  const closed: string[] = [];
  const backend = stack.use(
    await aBackend((request, response) => {
      const url = new URL(request.url ?? '', 'http://a');
      response.on('close', () => closed.push(response.writableFinished ? 'sent' : 'cut'));
      const body = Buffer.alloc(Number(url.searchParams.get('size')), 'x');
      if (url.searchParams.has('chunked')) {
        response.write(body.subarray(0, 1));
        response.write(body.subarray(1));
        if (!url.searchParams.has('endless')) response.end();
      } else response.writeHead(200, { 'Content-Length': body.length }).end(body);
    }),
  );
  const gw = stack.use(
    await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), maxResponseBytes: 1000 })]),
  );
  return { gw, closed, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('an answer within the bound passes, said or not', async () => {
  await using place = await running();
  for (const query of ['size=1000', 'size=1000&chunked']) {
    assert.equal((await call(place.gw.port, `${base}?${query}`)).text.length, 1000);
  }
  assert.equal((await call(place.gw.port, `${base}?size=5000`, { method: 'HEAD' })).status, 200);
});

test('one that says that it is larger is refused, and the next call is served', async () => {
  await using place = await running();
  const { gw, closed } = place;
  const answer = await call(gw.port, `${base}?size=1001`);
  assert.deepEqual([answer.status, codeOf(answer)], [502, 'GW_RESPONSE_TOO_LARGE']);
  await gw.logged(1);
  assert.deepEqual([gw.calls[0]?.['code'], gw.calls[0]?.['fault']], ['GW_RESPONSE_TOO_LARGE', 'provider']);
  assert.equal((await call(gw.port, `${base}?size=1`)).text, 'x');
  // What is left of a large one is not read.
  assert.equal((await call(gw.port, `${base}?size=50000000`)).status, 502);
  await until(() => closed.includes('cut'));
});

test('one that turns out to be larger is broken off, on both sides', async () => {
  await using place = await running();
  const { gw, closed } = place;
  await assert.rejects(call(gw.port, `${base}?size=200000&chunked&endless`));
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['code'], 'GW_RESPONSE_TOO_LARGE');
  await until(() => closed.includes('cut'));
});
