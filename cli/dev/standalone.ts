import { setTimeout as sleep } from 'node:timers/promises';
import { destination, type Logger, pino } from 'pino';
import { crds } from '#api/generated/crds.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { runReflector } from '#kube/reflector.ts';
import type { Store } from '#kube/store.ts';
import { startOperator } from '#operator/operator.ts';
import type { Operator } from '#operator/program.ts';
import { OperatorMetrics } from '#operator/runtime/metrics.ts';
import type { DevStatus } from './dev-status.ts';
import { type ApplyReport, FileApplier } from './file-applier.ts';
import { FileSet, type Wanted } from './file-set.ts';
import { type FileContent, FolderWatcher } from './folder-watcher.ts';
import { keepingStore } from './keeping-store.ts';
import { KeyFiles } from './key-files.ts';
import { LocalGateways, mergeMetrics } from './local-gateways.ts';
import { isSettled, listObserved } from './observed.ts';
import type { StateFolder } from './state-folder.ts';

/*
 *   files ──FolderWatcher──▶ FileSet ──FileApplier──▶ MemoryStore ◀──▶ operator
 *                                                        │  ▲            (through keepingStore: keys outlive the run)
 *                                      compiled objects  ▼  │ Leases
 *                                                      LocalGateways ◀── calls
 */

export interface StandaloneOptions {
  readonly folder: string;
  readonly state: StateFolder;
  readonly version: string;
  readonly port: number;
  /** Ports that no gateway may take. */
  readonly reserved: readonly number[];
  readonly logLevel: string;
  readonly accessLog: (line: string) => void;
  /** Called after each look at the files that changed something. */
  readonly onApplied: (report: ApplyReport) => void;
  /** Called soon after anything may look different: an object, a status, a key, a gateway. Not again before it is done. */
  readonly onChange: () => Promise<void>;
  readonly onFolderError: (error: unknown) => void;
}

const className = 'simpul';
const installationNamespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'simpul-system' },
};
const noReport: ApplyReport = { applied: [], deleted: [], problems: [], waiting: false };

/** Operator, gateways and files in one process, over a store in memory. */
export class Standalone {
  readonly gateways: LocalGateways;
  readonly keys: KeyFiles;
  readonly #options: StandaloneOptions;
  readonly #store: Store;
  readonly #kept: Store;
  readonly #log: Logger;
  readonly #metrics: OperatorMetrics;
  readonly #watcher: FolderWatcher;
  readonly #files = new FileSet();
  readonly #applier: FileApplier;
  readonly #stop = new AbortController();
  #operator: Operator | undefined = undefined;
  #wanted: Wanted = { objects: new Map(), problems: [], complete: false };
  #report = noReport;
  #applying: Promise<void> = Promise.resolve();
  #telling: Promise<void> | undefined = undefined;
  #isStale = false;
  #closing = false;

  constructor(options: StandaloneOptions) {
    this.#options = options;
    this.#store = new MemoryStore({ crds });
    this.#kept = keepingStore(this.#store, options.state);
    this.#log = pino({ level: options.logLevel, base: {} }, destination({ dest: 2, sync: true }));
    this.#metrics = new OperatorMetrics({ version: options.version });
    this.#applier = new FileApplier(this.#store, [installationNamespace]);
    this.keys = new KeyFiles(this.#store, options.state);
    this.gateways = new LocalGateways({
      store: this.#store,
      log: this.#log,
      className,
      firstPort: options.port,
      reserved: options.reserved,
      accessLog: options.accessLog,
      onChange: () => this.tellSoon(),
    });
    this.#watcher = new FolderWatcher({
      folder: options.folder,
      onChange: (files) => this.#take(files),
      onError: options.onFolderError,
    });
  }

  /** Applies the files, then starts the rest. Rejects when the folder cannot be read. */
  async start(): Promise<void> {
    const { signal } = this.#stop;
    await this.#store.apply(installationNamespace, { fieldManager: 'simpul' });
    await this.#watcher.start();
    this.#operator = startOperator({
      store: this.#kept,
      config: {
        className,
        clusterPrefix: 'simpul',
        namespace: installationNamespace.metadata.name,
        httpPort: 0,
        logLevel: 'info',
        workers: 4,
      },
      log: this.#log,
      metrics: this.#metrics,
      isLeader: () => true,
      instance: 'simpul-dev',
      approvalPolicy: 'assumed',
      allowDocumentsFrom: ['127.0.0.0/8', '::1/128'],
      signal,
    });
    this.#metrics.trackLeadership(() => true);
    this.gateways.follow(signal);
    this.#followStore(signal);
    await this.#operator.ready;
  }

  /** How many files and objects are in force. */
  get size(): { readonly files: number; readonly objects: number } {
    const located = [...this.#wanted.objects.values()];
    return { files: new Set(located.map(({ file }) => file)).size, objects: located.length };
  }

  /** Undefined once every object is Ready or has said why not. Else what is waited for. */
  async unready(): Promise<string | undefined> {
    const open = (await listObserved(this.#store)).filter((object) => !isSettled(object));
    const names = open.map((object) => `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`);
    if (names.length === 0) return this.#operator?.problems()[0];
    return `${names.length} objects have not said yet whether they are ready: ${names.slice(0, 5).join(', ')}`;
  }

  async status(): Promise<DevStatus> {
    const gateways = this.gateways.ids().flatMap((name) => {
      const urls = this.gateways.urlsOf(name);
      const url = urls.find((each) => each.startsWith('http:')) ?? urls[0];
      return url === undefined ? [] : [{ name, url }];
    });
    const items = await listObserved(this.#store);
    // After the objects: whose key an object needs is then there.
    await this.keys.sync(() => this.#isComplete()).catch(this.#options.onFolderError);
    const { problems } = this.#report;
    return { apiVersion: 'v1', kind: 'List', items, problems, gateways, keys: this.keys.places() };
  }

  async metrics(): Promise<string> {
    const operator = await this.#metrics.registry.getMetricsAsJSON();
    return await mergeMetrics([operator, ...(await this.gateways.metrics())]);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#telling;
    await this.#watcher.close();
    await this.#applying;
    await this.gateways.close();
    this.#stop.abort();
    await this.#operator?.stop();
  }

  async #take(files: readonly FileContent[]): Promise<void> {
    this.#wanted = this.#files.update(files);
    await this.#apply();
  }

  /** One at a time. Rejects when the store fails; the next one then begins anew. */
  #apply(): Promise<void> {
    const done = this.#applying.then(async () => {
      this.#report = await this.#applier.apply(this.#wanted);
      this.#options.onApplied(this.#report);
      this.tellSoon();
    });
    this.#applying = done.catch(() => undefined);
    return done;
  }

  #followStore(signal: AbortSignal): void {
    const changed = (): void => this.tellSoon();
    for (const kind of [...Object.values(simpulKinds), coreKinds.Secret]) {
      void runReflector(this.#store, { kind }, { replace: changed, upsert: changed, remove: changed }, { signal });
    }
    const retry = (): void => {
      if (this.#report.waiting) this.#apply().catch(this.#options.onFolderError);
    };
    const handler = { replace: retry, upsert: retry, remove: retry };
    void runReflector(this.#store, { kind: coreKinds.Namespace }, handler, { signal });
  }

  /** Whether the store holds all that the files ask for. */
  #isComplete(): boolean {
    return this.#wanted.complete && this.#report.problems.every(({ severity }) => severity === 'note');
  }

  /** Changes come in bursts, and whoever is told looks at everything: one look at a time, and one after the last change. */
  tellSoon(): void {
    this.#isStale = true;
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = undefined;
      if (this.#isStale && !this.#closing) this.tellSoon();
    });
  }

  async #tell(): Promise<void> {
    await sleep(50);
    this.#isStale = false;
    if (!this.#closing) await this.#options.onChange();
  }
}
