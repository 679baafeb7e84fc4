import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { TestClock } from '../testing/test-clock.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';
import { AnswerMemory } from './answer-memory.ts';
import { BackendConnection } from './backend-connection.ts';

const base = '/banten/situs/v1';

/** A backend of raw bytes that serves any number of requests on a connection; `serve` gets their heads. */
async function aKeepingBackend(serve: (write: (text: string) => void, head: string, end: () => void) => void) {
  const state = { connections: 0, heads: [] as string[] };
  const server = createServer((socket) => {
    state.connections++;
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.on('data', (text) => {
      for (const head of String(text).split('\r\n\r\n').slice(0, -1)) {
        state.heads.push(head);
        serve(
          (bytes) => socket.write(bytes, 'latin1'),
          head,
          () => socket.destroy(),
        );
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const objects = [aTenant(), anApi({ backend: backendAt(`http://127.0.0.1:${port}`) })];
  return { ...{ state, objects }, [Symbol.dispose]: () => void server.close() };
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test('a kept connection that ends under a GET is replaced, once', async () => {
  using backend = await aKeepingBackend((write, head, end) => (head.includes('/second') ? end() : write(ok)));
  await using gw = await aRunningGateway(backend.objects);
  assert.equal((await call(gw.port, `${base}/first`)).status, 200);
  // The new connection ends under it as well; that is an answer.
  assert.equal(codeOf(await call(gw.port, `${base}/second`)), 'GW_BACKEND_BROKE_OFF');
  assert.equal(backend.state.heads.filter((head) => head.includes('/second')).length, 2);
});

test('the call is served when the new connection holds', async () => {
  let wasClosed = false;
  using backend = await aKeepingBackend((write, head, end) => {
    if (head.includes('/second') && !wasClosed) {
      wasClosed = true;
      end();
    } else write(ok);
  });
  await using gw = await aRunningGateway(backend.objects);
  await call(gw.port, `${base}/first`);
  const answer = await call(gw.port, `${base}/second`);
  assert.deepEqual([answer.status, answer.text], [200, 'ok']);
  assert.equal(backend.state.connections, 2);
});

const notRepeated: readonly [name: string, method: string, body: string | undefined][] = [
  ['a POST', 'POST', undefined],
  ['a PUT with a body', 'PUT', 'x'],
];

for (const [name, method, body] of notRepeated) {
  test(`${name} is never sent twice`, async () => {
    using backend = await aKeepingBackend((write, head, end) => (head.includes('/second') ? end() : write(ok)));
    await using gw = await aRunningGateway(backend.objects);
    await call(gw.port, `${base}/first`);
    const options = body === undefined ? { method } : { method, body };
    assert.equal(codeOf(await call(gw.port, `${base}/second`, options)), 'GW_BACKEND_BROKE_OFF');
    assert.equal(backend.state.heads.filter((head) => head.includes('/second')).length, 1);
  });
}

test('a call is not repeated once a byte of its answer has come', async () => {
  using backend = await aKeepingBackend((write, head, end) => {
    if (!head.includes('/second')) write(ok);
    else {
      write('HTTP/1.1 200 OK\r\nContent-');
      setTimeout(end, 20);
    }
  });
  await using gw = await aRunningGateway(backend.objects);
  await call(gw.port, `${base}/first`);
  assert.equal(codeOf(await call(gw.port, `${base}/second`)), 'GW_BACKEND_BROKE_OFF');
  assert.equal(backend.state.heads.filter((head) => head.includes('/second')).length, 1);
});

test('a second answer that nobody asked for is never given to the next caller', async () => {
  using backend = await aKeepingBackend((write) => {
    write(`${ok}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged`);
  });
  await using gw = await aRunningGateway(backend.objects);
  for (let i = 0; i < 5; i++) assert.equal((await call(gw.port, base)).text, 'ok');
  assert.equal(backend.state.connections, 5);
});

test('nor is one that comes a moment later, on the kept connection', async () => {
  using backend = await aKeepingBackend((write) => {
    write(ok);
    setTimeout(() => write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged'), 20);
  });
  await using gw = await aRunningGateway(backend.objects);
  assert.equal((await call(gw.port, base)).text, 'ok');
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  assert.equal((await call(gw.port, base)).text, 'ok');
  assert.equal(backend.state.connections, 2);
});

test('bytes that come before the request was written are no answer to it', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  await once(socket, 'connect');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  const heard: string[] = [];
  const hear = (what: string) => () => void heard.push(what);
  const sink = {
    ...{ onAnswer: hear('answer'), onAnswerEnd: hear('end'), onDrain: hear('drain') },
    onAnswerBody: () => true,
    onAnswerFault: (error: Error) => void heard.push(error.name),
  };
  const owner = { heads: new AnswerMemory(), onFree: hear('free'), onTunnel: hear('tunnel'), onGone: hear('gone') };
  const connection = new BackendConnection(socket, owner);
  connection.begin(sink, 'GET / HTTP/1.1\r\n\r\n', { bodyLength: 0, toHead: false, upgrades: false, deadline: 0 });
  connection.end();
  // Read in the same turn of the event loop: the request is still held.
  socket.emit('data', Buffer.from(ok));
  assert.deepEqual(heard, ['BackendBrokeOff']);
  assert.equal(connection.isUsable, false);
});

test('an answer whose fields would take long to sort is refused', async () => {
  const names = Array.from({ length: 2000 }, (_, i) => `n${i}`);
  using backend = await aKeepingBackend((write) => {
    write(`HTTP/1.1 200 OK\r\nConnection: ${names.join()}\r\nContent-Length: 0\r\n\r\n`);
  });
  await using gw = await aRunningGateway(backend.objects);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_PROTOCOL');
});

test('a connection is not kept longer than its backend says', async () => {
  let seconds = 1;
  using backend = await aKeepingBackend((write) => {
    write(`HTTP/1.1 200 OK\r\nKeep-Alive: timeout=${seconds}\r\nContent-Length: 2\r\n\r\nok`);
  });
  const clock = new TestClock();
  await using gw = await aRunningGateway(backend.objects, { clock });
  await call(gw.port, base);
  seconds = 3;
  await call(gw.port, base);
  assert.equal(backend.state.connections, 2);
  // A second less than it says: we close first, and no call meets a connection that closes.
  clock.advance(1999);
  await call(gw.port, base);
  assert.equal(backend.state.connections, 2);
  clock.advance(2000);
  await call(gw.port, base);
  assert.equal(backend.state.connections, 3);
});

test('an answer of HTTP/1.0 that ends with the connection goes on in chunks', async () => {
  using backend = await aKeepingBackend((write, _head, end) => {
    write('HTTP/1.0 200 OK\r\n\r\nold ');
    setTimeout(() => {
      write('style');
      setTimeout(end, 10);
    }, 10);
  });
  await using gw = await aRunningGateway(backend.objects);
  const answer = await call(gw.port, base);
  assert.deepEqual([answer.text, answer.headers['transfer-encoding']], ['old style', 'chunked']);
});

test('many calls at once share connections, and all of them are answered', async () => {
  let most = 0;
  let open = 0;
  await using backend = await aBackend((_request, response) => {
    open++;
    most = Math.max(most, open);
    setTimeout(() => {
      open--;
      response.end('ok');
    }, 5);
  });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
  const answers = await Promise.all(Array.from({ length: 300 }, () => call(gw.port, base)));
  assert.ok(answers.every(({ status }) => status === 200));
  await until(() => open === 0);
  assert.ok(most > 1);
});
