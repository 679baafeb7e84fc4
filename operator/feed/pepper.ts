import { coreKinds } from '#api/kinds.ts';
import type { Store } from '#kube/store.ts';
import { isStoreError } from '#kube/store-error.ts';
import { childLabels, fieldManager } from '../resources/metadata.ts';
import type { Secret } from '../world/key-secret.ts';

/** Secret that holds the installation's pepper; part of every backup, because without it no key is known any more. */
const pepperName = 'simpul-pepper';
const pepperKey = 'pepper';
const pepperBytes = 32;

/** Where the pepper comes from. */
export interface PepperSource {
  readonly store: Store;
  readonly namespace: string;
  readonly randomBytes: (size: number) => Buffer;
  readonly isLeader: () => boolean;
  /** Waits between two looks; rejects when the process is to end. */
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
  /** Told of each failed attempt. */
  readonly onError: (error: unknown) => void;
}

/**
 * base64 of the installation's pepper. The leader makes it when there is none; a standby waits for that. A Secret that
 * is there but holds no pepper is never overwritten: that would revoke every key.
 */
export async function obtainPepper(source: PepperSource): Promise<string> {
  for (;;) {
    try {
      const pepper = (await readPepper(source)) ?? (source.isLeader() ? await makePepper(source) : undefined);
      if (pepper !== undefined) return pepper;
    } catch (error) {
      source.signal.throwIfAborted();
      source.onError(error);
    }
    await source.pause();
  }
}

async function readPepper({ store, namespace, signal }: PepperSource): Promise<string | undefined> {
  const secret = await store.get<Secret>(coreKinds.Secret, { namespace, name: pepperName }, { signal });
  const pepper = secret?.data?.[pepperKey];
  return pepper !== undefined && Buffer.from(pepper, 'base64').length === pepperBytes ? pepper : undefined;
}

async function makePepper(source: PepperSource): Promise<string | undefined> {
  const { store, namespace, randomBytes, signal } = source;
  const pepper = randomBytes(pepperBytes).toString('base64');
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: pepperName, namespace, labels: { ...childLabels } },
    data: { [pepperKey]: pepper },
  };
  try {
    await store.create(secret, { fieldManager, signal });
    return pepper;
  } catch (error) {
    if (isStoreError(error, 'AlreadyExists')) return undefined; // Somebody was faster: the next look finds theirs.
    throw error;
  }
}
