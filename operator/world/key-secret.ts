import { createHmac } from 'node:crypto';
import type { KubeObject } from '#api/object.ts';

/** Type of the Secrets that hold a caller's API key, generated or brought. */
export const apiKeySecretType = 'simpul.id/api-key';

/** Key of a generated Secret's data. */
export const apiKeyDataKey = 'api-key';

/** What the operator remembers of such a Secret: hashes, never a key. */
export interface KeySecret {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly resourceVersion: string };
  /** UID of the Subscription that owns it: it was generated. Empty when brought. */
  readonly ownerUid: string;
  readonly keys: readonly KeyProjection[];
}

export interface KeyProjection {
  /** Under which it lies in the Secret. */
  readonly name: string;
  /** HMAC-SHA-256 under the installation's pepper, base64url. */
  readonly hash: string;
  /** Fewer than 32 printable characters or fewer than 10 distinct ones. */
  readonly weak: boolean;
}

export interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

/** Hashes the keys of a Secret; the plain ones are dropped here. `pepper`: 32 bytes. */
export function keySecretOf(secret: Secret, pepper: Buffer): KeySecret {
  const owner = secret.metadata.ownerReferences?.find((reference) => reference.kind === 'Subscription');
  const entries = Object.entries(secret.data ?? {}).slice(0, maxKeys);
  const keys = entries.map(([name, encoded]): KeyProjection => {
    const key = Buffer.from(encoded, 'base64').toString('utf8');
    return { name, hash: hashApiKey(key, pepper), weak: isWeak(key) };
  });
  const { namespace = '', name, resourceVersion = '0' } = secret.metadata;
  return { metadata: { namespace, name, resourceVersion }, ownerUid: owner?.uid ?? '', keys };
}

/** How a caller's key is compared everywhere: HMAC-SHA-256 under the pepper, base64url without padding. */
export function hashApiKey(key: string, pepper: Buffer): string {
  return createHmac('sha256', pepper).update(key, 'utf8').digest('base64url');
}

const maxKeys = 16;
const shortest = 32;
const longest = 512;
const fewestDistinct = 10;

/** A key must be long enough to withstand guessing, and fit into one header field. */
function isWeak(key: string): boolean {
  const printable = /^[\x21-\x7e]+$/.test(key);
  return !printable || key.length < shortest || key.length > longest || new Set(key).size < fewestDistinct;
}
