import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { SyntaxFault } from '../http1/syntax.ts';

/** What a load balancer says before the first byte of its client. */
export interface ProxyHeader {
  /** Bytes that it takes. */
  readonly length: number;
  /** Address of the client; null: the connection is the balancer's own (a health check), or it does not know. */
  readonly source: string | null;
}

/** Longest line of version 1 (chapter 2.1). */
const maxLineBytes = 107;
/** Version 2 may say up to 65,535 bytes; what balancers say is well below 1 KiB, also with all they know about TLS. */
const maxBlockBytes = 4096;
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const fixedBytes = 16;
const lineStart = Buffer.from('PROXY ', 'latin1');

/**
 * Reads the header of the PROXY protocol that a connection begins with, version 1 or 2
 * (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt). Undefined: more bytes are needed. Throws a SyntaxFault
 * as soon as it can be none. Additional values (TLVs) are skipped.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  if (beginsWith(bytes, signature)) return bytes.length < fixedBytes ? undefined : readBlock(bytes);
  if (beginsWith(bytes, lineStart)) return readLine(bytes);
  throw new SyntaxFault('the connection does not begin with a header of the PROXY protocol');
}

/** Or may still do so. */
function beginsWith(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

/** `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n`, or `PROXY UNKNOWN …\r\n` of which the rest means nothing. */
function readLine(bytes: Buffer): ProxyHeader | undefined {
  const end = bytes.indexOf('\r\n', 0, 'latin1');
  const length = end < 0 ? bytes.length + 1 : end + 2;
  if (length > maxLineBytes) throw new SyntaxFault('the PROXY line is too long');
  if (end < 0) return undefined;
  const [, family, ...rest] = bytes.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { length, source: null };
  if (family !== 'TCP4' && family !== 'TCP6') throw new SyntaxFault('the PROXY line names another protocol than TCP');
  return { length, source: checkedSource(rest, family === 'TCP4' ? isIPv4 : isIPv6) };
}

/** The first of source, target and their ports. */
function checkedSource([source = '', target = '', ...ports]: string[], isAddress: (text: string) => boolean): string {
  if (!isAddress(source) || !isAddress(target) || source.includes('%')) {
    throw new SyntaxFault('the PROXY line has an address that is none');
  }
  if (ports.length !== 2 || !ports.every(isPort)) throw new SyntaxFault('the PROXY line has a port that is none');
  return source;
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

/** Bytes of the two addresses and ports, by family and transport (chapter 2.2). */
const addressBytes = new Map([
  [0x11, 4],
  [0x21, 16],
]);

function readBlock(bytes: Buffer): ProxyHeader | undefined {
  const command = bytes[12] ?? 0;
  const blockBytes = bytes.readUInt16BE(14);
  if (command !== 0x20 && command !== 0x21) throw new SyntaxFault('the PROXY header has an unknown version or command');
  if (blockBytes > maxBlockBytes) throw new SyntaxFault('the PROXY header is too long');
  const size = command === 0x20 ? 0 : addressSize(bytes[13] ?? 0, blockBytes);
  const length = fixedBytes + blockBytes;
  if (bytes.length < length) return undefined;
  if (size === 0) return { length, source: null };
  return { length, source: ipaddr.fromByteArray([...bytes.subarray(fixedBytes, fixedBytes + size)]).toString() };
}

/** Bytes of one address; 0: the balancer does not know it. */
function addressSize(family: number, blockBytes: number): number {
  if (family === 0) return 0;
  const size = addressBytes.get(family);
  if (size !== undefined && blockBytes >= 2 * size + 4) return size;
  throw new SyntaxFault('the PROXY header has no addresses of TCP');
}
