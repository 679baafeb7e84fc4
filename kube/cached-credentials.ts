import { type Credentials, sameTls, type TlsMaterial } from './connection.ts';

/** Credentials together with the time until which they may be used without asking again. */
export interface Lease {
  readonly credentials: Credentials;
  /** Monotonic milliseconds. */
  readonly freshUntilMs: number;
}

/** After a failure the source is left alone for this long. */
const failureHoldMs = 5_000;

/**
 * Keeps credentials for as long as their source allows, and asks the source once however many callers wait. The TLS
 * object stays the very same while its content does, so that nobody reconnects without need. When the source fails,
 * credentials are used on for as long as the API server takes them: a token file that is missing for a moment must not
 * cut us off. Once it refused them ({@link invalidate}), the failure is thrown.
 */
export class CachedCredentials {
  readonly #fetch: () => Promise<Lease>;
  readonly #now: () => number;
  #current: Lease | undefined;
  #valid = false;
  #pending: Promise<Credentials> | undefined;

  constructor(fetch: () => Promise<Lease>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  get(): Promise<Credentials> {
    const current = this.#current;
    if (current !== undefined && this.#valid && this.#now() < current.freshUntilMs) {
      return Promise.resolve(current.credentials);
    }
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  invalidate(): void {
    this.#valid = false;
  }

  async #renew(): Promise<Credentials> {
    const previous = this.#current;
    try {
      const lease = await this.#fetch();
      const tls = keepSame(previous?.credentials.tls, lease.credentials.tls);
      this.#current = { ...lease, credentials: { ...lease.credentials, tls } };
      this.#valid = true;
      return this.#current.credentials;
    } catch (error) {
      if (previous === undefined || !this.#valid) throw error;
      this.#current = { ...previous, freshUntilMs: this.#now() + failureHoldMs };
      return previous.credentials;
    }
  }
}

function keepSame(previous: TlsMaterial | undefined, next: TlsMaterial): TlsMaterial {
  return previous !== undefined && sameTls(previous, next) ? previous : next;
}
