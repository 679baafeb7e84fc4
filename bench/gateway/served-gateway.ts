import type { Compiled } from '#api/compiled/contract.ts';
import { buildCompiledSecret, type CompiledSecret } from '#api/compiled/secret.ts';
import { startGateway } from '#gateway/gateway.ts';
import type { CompiledSource } from '#gateway/snapshot/store-source.ts';
import { BenchError } from '../errors.ts';
import { readServerEvidence } from './evidence.ts';
import { type Variant, worldOf } from './world.ts';

export interface ServeOptions {
  readonly variant: Variant;
  readonly port: number;
  /** `http://127.0.0.1:9000`. */
  readonly backend: string;
  /** Port of the Redis that limits are leased from; absent: each process counts for itself. */
  readonly redis?: number;
  /** Absent: plain HTTP and API keys alone. */
  readonly secure?: { readonly port: number; readonly folder: string };
}

/**
 * One gateway process with few APIs, as a pod runs it, except that its configuration is given and not watched: what is
 * measured is the way of a call. It ends with a signal.
 */
export async function serveGateway({ variant, port, backend, redis, secure }: ServeOptions): Promise<void> {
  const write = (message: unknown): void => {
    process.stderr.write(`${JSON.stringify(message)}\n`);
  };
  const evidence = secure === undefined ? undefined : await readServerEvidence(secure.folder);
  const gateway = await startGateway({
    source: fixedSource(
      worldOf(variant, backend, {
        ...(redis === undefined ? {} : { redis }),
        ...(evidence === undefined ? {} : { evidence }),
      }),
    ),
    log: { info: () => undefined, warn: write, error: write },
    listeners: [
      { name: 'http', host: '127.0.0.1', port },
      ...(secure === undefined ? [] : [{ name: 'https', host: '127.0.0.1', port: secure.port }]),
    ],
    ...(variant === 'plain' ? { accessLog: () => undefined } : {}),
  });
  await gateway.ready;
  const refusals = gateway.loader.refusals();
  if (refusals.length > 0) {
    await gateway.shutdown(AbortSignal.abort());
    throw new BenchError(`the gateway refuses its configuration: ${JSON.stringify(refusals)}`);
  }
  process.once('SIGTERM', () => {
    void gateway.shutdown(AbortSignal.abort()).then(() => process.exit(0));
  });
}

function fixedSource(objects: readonly Compiled[]): CompiledSource {
  const secrets = objects.map((compiled): CompiledSecret => {
    const secret = buildCompiledSecret(compiled, 'bench');
    return { ...secret, metadata: { ...secret.metadata, resourceVersion: '1' } };
  });
  return (handler) => {
    const judged = secrets.map((secret) => handler.project(secret));
    void handler.replace(judged, '1', 1);
    return { relist: () => undefined };
  };
}
