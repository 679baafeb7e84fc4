import { randomFillSync, randomUUID } from 'node:crypto';

/** Ids that nobody can guess or repeat. Random bytes are drawn in advance, some hundred ids at a time. */
export interface Ids {
  readonly requestId: () => string;
  /** 32 hexadecimal digits. */
  readonly traceId: () => string;
  /** 16 hexadecimal digits. */
  readonly spanId: () => string;
}

const pool = Buffer.alloc(4096);
let used = pool.length;

export const randomIds: Ids = {
  requestId: () => randomUUID(),
  traceId: () => randomHex(16),
  spanId: () => randomHex(8),
};

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
