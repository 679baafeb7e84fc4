import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Opens so many connections to a port, each after one call, and holds them until its input ends. Arguments: port, how many, `tls`. */
const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const isTls = process.argv[4] === 'tls';
const atOnce = 50;

async function open(): Promise<Socket> {
  const target = { port, host: '127.0.0.1' };
  const socket = isTls ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
  await once(socket, isTls ? 'secureConnect' : 'connect');
  socket.write('GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'data');
  return socket;
}

const sockets: Socket[] = [];
while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: atOnce }, open))));
process.stdout.write('open\n');
process.stdin.on('end', () => process.exit(0)).resume();
