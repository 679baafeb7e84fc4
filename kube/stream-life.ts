import type { Stream } from './transport.ts';

/** Why a watch was closed from this side. */
export type Ending = 'aborted' | 'old';

export interface StreamLife {
  /** Undefined while the stream may go on. */
  readonly ending: Ending | undefined;
  /** Closes the stream and forgets it. */
  stop(): void;
}

/** Closes `stream` when `signal` aborts or when it grows older than its connection allows. */
export function boundLife({ body, maxAgeMs }: Stream, signal: AbortSignal | undefined): StreamLife {
  let ending: Ending | undefined;
  const end = (why: Ending) => {
    ending ??= why;
    body.destroy();
  };
  const onAbort = () => end('aborted');
  const timer = setTimeout(() => end('old'), maxAgeMs).unref();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  return {
    get ending() {
      return ending;
    },
    stop: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      body.destroy();
    },
  };
}
