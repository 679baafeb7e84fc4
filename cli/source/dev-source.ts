import { readFile } from 'node:fs/promises';
import { describeError } from '#api/errors.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import type { CliConfig } from '../config.ts';
import type { DevStatus } from '../dev/dev-status.ts';
import { CliError } from '../errors.ts';
import type { Source } from './source.ts';

/** Longest wait for an answer; it comes from the same machine. */
const timeoutMs = 5_000;

/** A running `simpul dev`, by its admin server. */
export async function openDev(url: string, { programName }: CliConfig): Promise<Source> {
  if (!URL.canParse(url)) {
    throw new CliError('CLI_ARGUMENT', `--dev ${url}: this is no URL, such as http://127.0.0.1:8081`, { exitCode: 2 });
  }
  try {
    const answer = await fetch(new URL('/status', url), { signal: AbortSignal.timeout(timeoutMs) });
    const status: unknown = await answer.json();
    if (isDevStatus(status)) return new DevSource(url, status);
  } catch (error) {
    const start = `Start it with "${programName} dev FOLDER", name its admin address with --dev URL, or a cluster with --kubeconfig.`;
    throw new CliError('CLI_SOURCE', `no "simpul dev" answers at ${url} (${describeError(error)}). ${start}`);
  }
  throw new CliError('CLI_SOURCE', `what answers at ${url} is no "simpul dev": name its admin address with --dev URL`);
}

function isDevStatus(value: unknown): value is DevStatus {
  if (typeof value !== 'object' || value === null) return false;
  return 'items' in value && Array.isArray(value.items) && 'keys' in value && Array.isArray(value.keys);
}

/** What it was when it was asked: one answer holds everything. */
class DevSource implements Source {
  readonly name: string;
  readonly defaultNamespace = undefined;
  readonly #status: DevStatus;

  constructor(url: string, status: DevStatus) {
    this.name = `simpul dev at ${url}`;
    this.#status = status;
  }

  async list(kind: SimpulKindName, namespace?: string): Promise<readonly KubeObject[]> {
    return this.#status.items.filter((object) => {
      const place = object.metadata.namespace;
      return object.kind === kind && (namespace === undefined || place === undefined || place === namespace);
    });
  }

  keyFile(subscription: ObjectKey, credential: string): string | undefined {
    const place = this.#status.keys.find((key) => {
      const { namespace, name } = subscription;
      return key.namespace === namespace && key.subscription === name && key.credential === credential;
    });
    return place?.file;
  }

  async readKey(secret: ObjectKey): Promise<string | undefined> {
    const place = this.#status.keys.find(
      ({ namespace, secretName }) => namespace === secret.namespace && secretName === secret.name,
    );
    return place && (await readFile(place.file, 'utf8')).trim();
  }

  async close(): Promise<void> {}
}
