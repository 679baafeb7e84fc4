import type { Readable } from 'node:stream';

const lineFeed = 0x0a;

/** Hands on what workers write, by whole lines: two processes that write to one pipe would write into each other's lines. */
export function relayLines(output: Readable, write: (lines: string, count: number) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  output.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(lineFeed);
    rest = bytes.subarray(end + 1);
    if (end >= 0) write(bytes.toString('latin1', 0, end), countLines(bytes, end));
  });
  output.on('error', () => undefined);
}

function countLines(bytes: Buffer, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0 && at <= end; at = bytes.indexOf(lineFeed, at + 1)) count++;
  return count;
}
