import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '#api/object.ts';
import { ApiServerStore, type ApiServerStoreOptions } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { type ReflectorHandler, type ReflectorSource, type RestartReason, runReflector } from '#kube/reflector.ts';
import { widgetCrdFile, widgetKind } from '#kube/store.suite.ts';
import type { Store } from '#kube/store.ts';
import { type Widget, widget } from '#kube/suite/widget.ts';
import { Transport } from '#kube/transport.ts';
import type { TransportOptions } from '#kube/transport-limits.ts';
import type { ControlPlane } from '#tools/controlplane/control-plane.ts';
import { startControlPlane } from '#tools/controlplane/control-plane.ts';

export const namespace = 'default';

/** A control plane that knows widgets. */
export async function startWidgetCluster(flags: readonly string[] = []): Promise<ControlPlane> {
  const cluster = await startControlPlane({ apiServerFlags: flags });
  await cluster.installCrds(fileURLToPath(widgetCrdFile));
  return cluster;
}

export async function openStore(
  kubeconfig: string,
  options: ApiServerStoreOptions & { transport?: TransportOptions } = {},
): Promise<ApiServerStore> {
  const connection = await loadConnection({ env: process.env, kubeconfig });
  return new ApiServerStore(new Transport(connection, options.transport), { kinds: [widgetKind], ...options });
}

export function applyWidget(store: Store, name: string, size: number, inNamespace = namespace): Promise<Widget> {
  return store.apply(widget({ name, namespace: inNamespace }, { size }), { fieldManager: 'test' });
}

/** Writes widgets `<prefix>0000` and so on, 24 at a time. */
export async function applyMany(store: Store, prefix: string, count: number, size = 1): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await applyWidget(store, `${prefix}${String(index).padStart(4, '0')}`, size);
    }
  };
  await Promise.all(Array.from({ length: 24 }, worker));
}

/** A running reflector and all that it told. */
export class View implements ReflectorHandler<KubeObject> {
  /** Name -> `spec.size`. */
  readonly objects = new Map<string, number | undefined>();
  readonly restarts: RestartReason[] = [];
  readonly errors: Error[] = [];
  /** Names handed to remove(), in order. */
  readonly removed: string[] = [];
  epoch = 0;
  version = '';
  bookmarks = 0;
  readonly #controller = new AbortController();
  readonly #running: Promise<void>;

  constructor(store: Store, source: Partial<ReflectorSource> = {}, backoff = { baseMs: 50, capMs: 500 }) {
    this.#running = runReflector<KubeObject>(store, { kind: widgetKind, namespace, ...source }, this, {
      signal: this.#controller.signal,
      pageSize: 500, // does not grow, so that some 1,000 objects are several pages
      backoff,
      onRestart: (reason) => this.restarts.push(reason),
      onError: (error) => this.errors.push(error),
      onEvent: (type) => {
        if (type === 'BOOKMARK') this.bookmarks += 1;
      },
    });
  }

  replace(items: readonly KubeObject[], resourceVersion: string, epoch: number): void {
    this.objects.clear();
    for (const item of items) this.upsert(item);
    this.version = resourceVersion;
    this.epoch = epoch;
  }

  upsert(object: Widget): void {
    this.objects.set(object.metadata.name, object.spec?.size);
  }

  remove(object: KubeObject): void {
    this.removed.push(object.metadata.name);
    this.objects.delete(object.metadata.name);
  }

  progress(resourceVersion: string): void {
    this.version = resourceVersion;
  }

  async until(what: string, holds: (view: View) => boolean, timeoutMs = 30_000): Promise<void> {
    const explain = () =>
      `${this.objects.size} objects, epoch ${this.epoch}, restarts ${this.restarts}, errors ${this.errors.slice(-3)}`;
    await waitFor(what, () => holds(this), { timeoutMs, explain });
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#running;
  }
}

export async function waitFor(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { timeoutMs = 30_000, explain = () => '' }: { timeoutMs?: number; explain?: () => string } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${what}. ${explain()}`);
    await delay(20);
  }
}
