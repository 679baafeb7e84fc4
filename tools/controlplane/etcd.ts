import { cp, rm } from 'node:fs/promises';
import { request } from 'undici';
import { ControlPlaneError } from './errors.ts';
import { ManagedProcess, type ProcessOptions } from './managed-process.ts';

/** A state of etcd to return to; only valid for the control plane that made it. */
export interface EtcdSnapshot {
  readonly folder: string;
}

/** etcd with one data folder, and what a fault test does to it beside killing it. */
export class Etcd extends ManagedProcess {
  readonly #url: string;
  readonly #dataFolder: string;
  #snapshots = 0;

  constructor(url: string, dataFolder: string, options: ProcessOptions) {
    super(options);
    this.#url = url;
    this.#dataFolder = dataFolder;
  }

  /**
   * Copies the data folder of the stopped (not ended) process: what a crash at this moment would leave. It costs some
   * 50 ms in which the API server waits.
   */
  async snapshot(): Promise<EtcdSnapshot> {
    this.#snapshots += 1;
    const folder = `${this.#dataFolder}-snapshot-${this.#snapshots}`;
    this.pause();
    await cp(this.#dataFolder, folder, { recursive: true });
    this.resume();
    return { folder };
  }

  /** Goes back to `snapshot`. The API server must not run meanwhile: its cache would be of another history. */
  async restore(snapshot: EtcdSnapshot): Promise<void> {
    await this.kill();
    await rm(this.#dataFolder, { recursive: true, force: true });
    await cp(snapshot.folder, this.#dataFolder, { recursive: true });
    await this.start();
  }

  /** Forgets all history before the present revision (or the given one), as the API server does every 5 minutes. */
  async compact(revision?: number): Promise<void> {
    const target = revision ?? (await this.revision());
    await this.#call('/v3/kv/compaction', { revision: String(target), physical: true });
  }

  /** The present revision: what the API server calls resourceVersion. */
  async revision(): Promise<number> {
    const answer = await this.#call('/v3/kv/range', { key: 'AA==', limit: '1' });
    const header = answer['header'] as { revision?: string } | undefined;
    return Number(header?.revision ?? 0);
  }

  async #call(path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
    const response = await request(`${this.#url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const answer = (await response.body.json()) as Record<string, unknown>;
    if (response.statusCode !== 200) throw new ControlPlaneError(`etcd ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
