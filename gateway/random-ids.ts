import { randomBytes } from 'node:crypto';

/** Ids that nobody can guess or repeat. Random bytes are drawn in advance, some hundred ids at a time. */
export interface Ids {
  /** 32 hexadecimal digits. */
  readonly requestId: () => string;
  /** 32 hexadecimal digits. */
  readonly traceId: () => string;
  /** 16 hexadecimal digits. */
  readonly spanId: () => string;
}

const poolBytes = 4096;
/** Hexadecimal digits that nobody has had yet, from `used` on. */
let pool = '';
let used = 0;

export const randomIds: Ids = {
  requestId: () => randomHex(16),
  traceId: () => randomHex(16),
  spanId: () => randomHex(8),
};

function randomHex(bytes: number): string {
  if (used + bytes * 2 > pool.length) {
    pool = randomBytes(poolBytes).toString('hex');
    used = 0;
  }
  used += bytes * 2;
  return pool.slice(used - bytes * 2, used);
}
