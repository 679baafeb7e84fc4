import { type CompiledSecret, compiledSecretType } from '#api/compiled/secret.ts';
import { describeError } from '#api/errors.ts';
import { coreKinds } from '#api/kinds.ts';
import { type ReflectorHandler, runProjectedReflector } from '#kube/reflector.ts';
import type { Store } from '#kube/store.ts';
import type { Log } from '../log/log.ts';
import type { JudgedSecret } from './loader.ts';

/**
 * Keeps `handler` in step with the Secrets of type `simpul.id/compiled` in the gateway's compiled namespace until
 * `signal` aborts. Survives every failure by itself. `relist` asks for a complete list at once.
 */
export type CompiledSource = (handler: CompiledHandler, signal: AbortSignal) => { relist(): void };

/** Takes compiled Secrets: each is projected as it arrives, and the rest of the handler sees only that. */
export interface CompiledHandler<Projected = JudgedSecret> extends ReflectorHandler<Projected> {
  project(secret: CompiledSecret): Projected;
}

/** The source that production and standalone mode use: a reflector over a store. */
export function storeSource(store: Store, namespace: string, log: Log) {
  return <Projected>(handler: CompiledHandler<Projected>, signal: AbortSignal): { relist(): void } => {
    const source = new StoreSource(store, namespace, log);
    void source.run(handler, signal);
    return source;
  };
}

/** After an outage a gateway is back in step within this time: what was revoked meanwhile must not go on for long. */
const longestPauseMs = 5_000;

class StoreSource {
  readonly #store: Store;
  readonly #namespace: string;
  readonly #log: Log;
  #current = new AbortController();

  constructor(store: Store, namespace: string, log: Log) {
    this.#store = store;
    this.#namespace = namespace;
    this.#log = log;
  }

  relist(): void {
    this.#current.abort();
  }

  /** One reflector after the other: a new one begins with a complete list, which is what `relist` is for. */
  async run<Projected>(handler: CompiledHandler<Projected>, signal: AbortSignal): Promise<void> {
    const selection = {
      kind: coreKinds.Secret,
      namespace: this.#namespace,
      fieldSelector: `type=${compiledSecretType}`,
    };
    const projection = { project: (secret: CompiledSecret) => handler.project(secret), handler };
    while (!signal.aborted) {
      this.#current = new AbortController();
      await runProjectedReflector(this.#store, selection, projection, {
        signal: AbortSignal.any([signal, this.#current.signal]),
        backoff: { baseMs: 200, capMs: longestPauseMs },
        onError: (error) => this.#log.warn({ cause: describeError(error) }, 'the configuration cannot be watched now'),
      });
    }
  }
}
