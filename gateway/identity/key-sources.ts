import type { CompiledKeySource } from '#api/compiled/key-manager.ts';
import { KeySet } from './key-set.ts';
import { RemoteKeys, type RemoteKeysDeps } from './remote-keys.ts';

/** Keys that tokens are verified by. */
export interface KeySource {
  /** Null: there are none now. Another object as soon as the keys are others. */
  readonly current: KeySet | null;
  /** Looks for new keys; undefined when there is no use in waiting. Never rejects. */
  refresh(): Promise<void> | undefined;
  readonly ageMs: number;
}

/** All issuers' keys. One fetch serves all KeyManagers that name an issuer, and goes on while one of them is edited. */
export class KeySources {
  readonly #deps: RemoteKeysDeps;
  readonly #remote = new Map<string, { readonly keys: RemoteKeys; users: number }>();

  constructor(deps: RemoteKeysDeps) {
    this.#deps = deps;
  }

  /** Give it back with {@link release}. */
  acquire(source: CompiledKeySource): KeySource {
    if (source.from === 'Inline') return new InlineKeys(JSON.parse(source.jwks));
    const id = idOf(source);
    let held = this.#remote.get(id);
    if (held === undefined) {
      const { ca } = source;
      const address = source.from === 'Uri' ? { uri: source.uri, ca } : { issuer: source.issuer, ca };
      held = { keys: new RemoteKeys(address, this.#deps), users: 0 };
      this.#remote.set(id, held);
      held.keys.start();
    }
    held.users++;
    return held.keys;
  }

  release(source: CompiledKeySource): void {
    const id = idOf(source);
    const held = this.#remote.get(id);
    if (held === undefined) return;
    held.users--;
    if (held.users > 0) return;
    this.#remote.delete(id);
    held.keys.stop();
  }

  destroy(): void {
    for (const { keys } of this.#remote.values()) keys.stop();
    this.#remote.clear();
  }
}

function idOf(source: CompiledKeySource): string {
  return JSON.stringify(source);
}

/** Keys that are there, and stay. */
export class InlineKeys implements KeySource {
  readonly current: KeySet | null;
  readonly ageMs = 0;

  constructor(jwks: unknown) {
    this.current = KeySet.of(jwks) ?? null;
  }

  refresh(): undefined {
    return undefined;
  }
}
