import { hash } from 'node:crypto';
import type { CompiledBackendOAuth2 } from '#api/compiled/contract.ts';
import { BackendToken, type BackendTokenDeps } from './backend-token.ts';

/** Tokens for backends. APIs that ask alike share one, so that it outlives an edited API. */
export class BackendTokens {
  readonly #deps: BackendTokenDeps;
  readonly #held = new Map<string, { readonly token: BackendToken; users: number }>();

  constructor(deps: BackendTokenDeps) {
    this.#deps = deps;
  }

  /** Give it back with {@link release}. */
  acquire(compiled: CompiledBackendOAuth2): BackendToken {
    // Keys are no place for secrets.
    const key = hash('sha256', JSON.stringify(compiled));
    let held = this.#held.get(key);
    if (held === undefined) {
      held = { token: new BackendToken(key, compiled, this.#deps), users: 0 };
      this.#held.set(key, held);
    }
    held.users++;
    return held.token;
  }

  release(token: BackendToken): void {
    const held = this.#held.get(token.key);
    if (held === undefined) return;
    held.users--;
    if (held.users > 0) return;
    this.#held.delete(token.key);
    token.stop();
  }

  destroy(): void {
    for (const { token } of this.#held.values()) token.stop();
    this.#held.clear();
  }
}
