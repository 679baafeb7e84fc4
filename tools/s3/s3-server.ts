import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../controlplane/free-port.ts';
import { ManagedProcess } from '../controlplane/managed-process.ts';
import { startWatchdog } from '../controlplane/watchdog.ts';
import { goProgram } from '../testing/programs.ts';

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  /** Where its buckets lie, as folders and files. */
  readonly folder: string;
  /** Variables by which programs reach it as its administrator. */
  readonly environment: Readonly<Record<string, string>>;
}

/** An S3-compatible server (versitygw) with empty buckets, on a free port of 127.0.0.1. */
export async function startS3(...buckets: readonly string[]): Promise<S3Server> {
  const [port] = await freePorts(1);
  const home = mkdtempSync(join(tmpdir(), 's3-'));
  const folder = join(home, 'buckets');
  for (const bucket of buckets) mkdirSync(join(folder, bucket), { recursive: true });
  mkdirSync(join(home, 'metadata'));
  const watchdog = startWatchdog(home);
  const credentials = { access: 'pengelola', secret: 'kata-sandi-untuk-uji-saja' };
  const server = new ManagedProcess({
    name: 'versitygw',
    command: goProgram(new URL('./', import.meta.url), 'versitygw'),
    args: [
      ...['--port', `127.0.0.1:${port}`, '--health', '/healthz', '--quiet'],
      ...['--access', credentials.access, '--secret', credentials.secret, '--region', 'id-jakarta'],
      ...['posix', '--sidecar', join(home, 'metadata'), folder],
    ],
    logFile: join(home, 'log'),
    watchdog,
    ready: async () => (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok === true,
  });
  await server.start();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    folder,
    environment: {
      ...{ AWS_ACCESS_KEY_ID: credentials.access, AWS_SECRET_ACCESS_KEY: credentials.secret },
      ...{ AWS_REGION: 'id-jakarta', AWS_ENDPOINT_URL_S3: endpoint },
    },
    [Symbol.asyncDispose]: async () => {
      await server.terminate();
      await watchdog.stop();
    },
  };
}
