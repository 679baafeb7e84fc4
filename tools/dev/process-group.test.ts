import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { parsePort, takenPorts } from './ports.ts';
import { ProcessGroup } from './process-group.ts';

const run = (code: string) => ({ program: process.execPath, args: ['-e', code] });
const forever = run('setInterval(() => {}, 1000)');

describe('process group', () => {
  test('when one ends, the others are ended, and its code counts', async () => {
    assert.equal(await new ProcessGroup([forever, run('process.exit(3)')]).ended(), 3);
  });

  test('one that ends by itself is a failure, whatever it says', async () => {
    assert.equal(await new ProcessGroup([forever, run('')]).ended(), 1);
  });

  test('a program that does not exist ends the others', async () => {
    assert.equal(await new ProcessGroup([forever, { program: './no-such-program', args: [] }]).ended(), 127);
  });

  test('being asked to end is a success', async () => {
    const group = new ProcessGroup([forever, forever]);
    group.stop();
    assert.equal(await group.ended(), 0);
  });

  test('asked twice, those that do not listen are ended at once', async () => {
    const group = new ProcessGroup([run("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)")]);
    group.stop();
    group.stop();
    assert.equal(await group.ended(), 0);
  });
});

test('a port that somebody listens on is named, a free one is not', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const needed = { port, user: 'x', remedy: 'y' };
  assert.deepEqual(await takenPorts([needed]), [needed]);
  server.close();
  await once(server, 'close');
  assert.deepEqual(await takenPorts([needed]), []);
});

test('only numbers from 1 to 65535 are ports', () => {
  for (const text of ['1', '8080', '65535']) assert.equal(parsePort(text), Number(text));
  for (const text of ['', '0', '65536', '-1', '8080x', '1e3', ' 80']) assert.equal(parsePort(text), undefined);
});
