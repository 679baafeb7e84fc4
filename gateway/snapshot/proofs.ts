import { GatewayError } from '../errors.ts';
import type { CertificateEntry, KeyManagerEntry, SignatureEntry, TokenEntry } from './model.ts';
import type { Slot } from './slot.ts';

/** A KeyManager that an API names, loaded or not. */
export interface KeyManagerRef {
  readonly id: string;
  readonly slot: Slot<KeyManagerEntry>;
}

/** What callers of an API may show. */
export interface Proofs {
  /** Lower-case names of header fields that may carry an API key; empty: keys are no proof here. */
  readonly keyHeaders: readonly string[];
  /** In the order in which the API names them; empty: tokens are no proof here. */
  readonly issuers: readonly TokenEntry[];
  /** In the order in which the API names them; empty: certificates are no proof here. */
  readonly certificates: readonly CertificateEntry[];
  /** In the order in which the API names them; empty: signatures are no proof here. */
  readonly signers: readonly SignatureEntry[];
  /** Whether a token stops here. */
  readonly stopsToken: boolean;
}

/**
 * Works out what an API takes as proof, once for each set of KeyManagers that it meets. A KeyManager that is not loaded
 * closes the API: nobody can vouch.
 */
export class AcceptedProofs {
  readonly #refs: readonly KeyManagerRef[];
  #seen: readonly (KeyManagerEntry | null)[] = [];
  #proofs: Proofs | null = null;

  constructor(refs: readonly KeyManagerRef[]) {
    this.#refs = refs;
    if (refs.length === 0) this.#proofs = builtIn;
  }

  /** Throws GW_KEY_MANAGER_MISSING. */
  now(): Proofs {
    for (let i = 0; i < this.#refs.length; i++) {
      if (this.#refs[i]?.slot.value !== this.#seen[i]) return this.#read();
    }
    return this.#proofs ?? this.#read();
  }

  #read(): Proofs {
    const entries = this.#refs.map(({ id, slot }) => {
      if (slot.value !== null) return slot.value;
      this.#proofs = null;
      throw new GatewayError('GW_KEY_MANAGER_MISSING', `The KeyManager "${id}" is not loaded here.`);
    });
    this.#seen = entries;
    this.#proofs = proofsOf(entries);
    return this.#proofs;
  }
}

const builtIn: Proofs = { keyHeaders: ['x-api-key'], issuers: [], certificates: [], signers: [], stopsToken: false };

function proofsOf(entries: readonly KeyManagerEntry[]): Proofs {
  const issuers = entries.filter((entry) => entry.type === 'Token');
  return {
    keyHeaders: entries.flatMap((entry) => (entry.type === 'ApiKey' ? entry.header : [])),
    issuers,
    certificates: entries.filter((entry) => entry.type === 'Certificate'),
    signers: entries.filter((entry) => entry.type === 'Signature'),
    stopsToken: issuers.some(({ forwardToken }) => !forwardToken),
  };
}
