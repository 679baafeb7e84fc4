import { createSocket } from 'node:dgram';

export interface TestDns {
  /** For `Resolver.setServers`. */
  readonly server: string;
  /** IPv4 addresses by name; others do not exist. */
  readonly records: Map<string, { readonly ttl: number; readonly addresses: readonly string[] }>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A name server on a free UDP port of 127.0.0.1 that answers A questions (RFC 1035, 4); it has no AAAA records. */
export async function aDnsServer(): Promise<TestDns> {
  const records: TestDns['records'] = new Map();
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => socket.send(answerTo(question, records), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => socket.close(() => resolve()));
  return { server: `127.0.0.1:${socket.address().port}`, records, [Symbol.asyncDispose]: close };
}

function answerTo(question: Buffer, records: TestDns['records']): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const end = at + 5;
  const isA = question.readUInt16BE(at + 1) === 1;
  const found = records.get(labels.join('.').toLowerCase());
  const addresses = isA ? (found?.addresses ?? []) : [];
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(found === undefined ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...addresses.map((address) => recordOf(address, found?.ttl ?? 0))]);
}

/** One A record; its name points to that of the question. */
function recordOf(address: string, ttl: number): Buffer {
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
  record.writeUInt32BE(ttl, 6);
  return record;
}
