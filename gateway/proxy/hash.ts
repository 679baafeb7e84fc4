import type { CompiledHashing } from '#api/compiled/traffic.ts';
import type { Exchange } from '../exchange.ts';
import { isNamed } from '../http1/write-head.ts';

/** 32 bits of FNV-1a over UTF-16 units. Spreads keys; protects nothing. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Mixes two hashes to a number between 0 and 1, both excluded (the finalizer of MurmurHash3). */
export function mixToUnit(a: number, b: number): number {
  let hash = a ^ Math.imul(b, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return ((hash >>> 0) + 0.5) / 2 ** 32;
}

/** By what calls belong together. What does not apply to a call falls back to its client's address. */
export function callKey(exchange: Exchange, { by, header = '' }: Omit<CompiledHashing, 'type'>): string {
  if (by === 'Subscription' && exchange.subscription !== null) return exchange.subscription.id;
  if (by === 'Header') {
    const { rawHeaders } = exchange;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      if (isNamed(rawHeaders[i] ?? '', header)) return rawHeaders[i + 1] ?? '';
    }
  }
  return exchange.client.address;
}
