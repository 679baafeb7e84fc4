import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '#api/errors.ts';
import { freePorts } from '../controlplane/free-port.ts';
import { ManagedProcess } from '../controlplane/managed-process.ts';
import { startWatchdog } from '../controlplane/watchdog.ts';

class JaegerMissing extends CodedError {
  constructor(file: string) {
    super('TEST_PROGRAM_MISSING', `${file} is missing: run make jaeger (some four minutes, once)`);
  }
}

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
    command: program(),
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

function program(): string {
  const pinned = readFileSync(new URL('./go.mod', import.meta.url), 'utf8');
  const version = /github\.com\/jaegertracing\/jaeger (v[0-9.]+)/.exec(pinned)?.[1] ?? '';
  const file = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'simpul/jaeger', version, 'jaeger');
  if (!existsSync(file)) throw new JaegerMissing(file);
  return file;
}
