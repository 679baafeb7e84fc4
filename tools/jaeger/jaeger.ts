import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../controlplane/free-port.ts';
import { ManagedProcess } from '../controlplane/managed-process.ts';
import { startWatchdog } from '../controlplane/watchdog.ts';
import { goProgram } from '../testing/programs.ts';

export interface Jaeger extends AsyncDisposable {
  /** Base URL for OTLP over HTTP. */
  readonly endpoint: string;
  /** Base URL of its query API. */
  readonly api: string;
}

/** A Jaeger of its own that keeps traces in memory, on free ports of 127.0.0.1. */
export async function startJaeger(): Promise<Jaeger> {
  const [otlp, otlpGrpc, query, queryGrpc, admin, grpc, http] = await freePorts(7);
  const at = (name: string, port: number | undefined): string => `--${name}.host-port=127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'jaeger-'));
  const watchdog = startWatchdog(folder);
  const server = new ManagedProcess({
    name: 'jaeger',
    command: goProgram(new URL('./', import.meta.url), 'jaeger'),
    args: [
      at('collector.otlp.http', otlp),
      at('collector.otlp.grpc', otlpGrpc),
      at('collector.grpc-server', grpc),
      at('collector.http-server', http),
      at('query.http-server', query),
      at('query.grpc-server', queryGrpc),
      at('admin.http', admin),
    ],
    logFile: join(folder, 'log'),
    watchdog,
    ready: async () => (await fetch(`http://127.0.0.1:${admin}/`).catch(() => undefined))?.ok === true,
  });
  await server.start();
  const dispose = async (): Promise<void> => {
    await server.terminate();
    await watchdog.stop();
  };
  return { endpoint: `http://127.0.0.1:${otlp}`, api: `http://127.0.0.1:${query}`, [Symbol.asyncDispose]: dispose };
}
