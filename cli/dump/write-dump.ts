import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { describeError } from '#api/errors.ts';
import type { CommandContext } from '../context.ts';
import type { Observed } from '../dev/observed.ts';
import { CliError, exitCodes } from '../errors.ts';
import { renderStatus } from '../status/print-status.ts';
import { Archive } from './archive.ts';
import { Cluster, type Listed, Unreadable } from './cluster.ts';
import type { DumpFlags } from './command.ts';
import { redactText } from './redact.ts';
import { clusterResources, eventsResource, namespaceResources, ownResources, type Resource } from './resources.ts';
import { Scrubber } from './scrub.ts';

/** Most objects of one collection: an archive is for reading, and a listing for memory. */
const mostObjects = 20_000;
/** Most of one container's log. */
const mostLogBytes = 2 * 2 ** 20;
const metricsPort: Readonly<Record<string, number>> = { 'simpul-gateway': 8081, 'simpul-operator': 8080 };

/** `simpul dump`. */
export async function writeDump(flags: DumpFlags, { config, terminal }: CommandContext): Promise<number> {
  const time = new Date();
  const cluster = await Cluster.open(flags, config);
  try {
    const dump = new Dump(cluster, flags, time);
    await dump.collect(config.version);
    const file = flags.output ?? `${dump.name}.tar.gz`;
    await writeFile(file, dump.archive.toBuffer(), { mode: 0o600 }).catch((error: unknown) => {
      throw new CliError('CLI_INPUT', `${file} cannot be written: ${describeError(error)}`);
    });
    terminal.out(file);
    for (const missing of dump.missing) terminal.err(`note: ${missing}`);
    return exitCodes.ok;
  } finally {
    await cluster.close();
  }
}

class Dump {
  readonly name: string;
  readonly archive: Archive;
  /** What is not in the archive, and why. */
  readonly missing: string[] = [];
  readonly #cluster: Cluster;
  readonly #flags: DumpFlags;
  readonly #time: Date;
  readonly #scrubber = new Scrubber();

  constructor(cluster: Cluster, flags: DumpFlags, time: Date) {
    this.name = `simpul-dump-${time.toISOString().replace(/[-:]/g, '').slice(0, 15)}`;
    this.archive = new Archive(this.name, { time, maxBytes: flags.maxSize });
    this.#cluster = cluster;
    this.#flags = flags;
    this.#time = time;
  }

  async collect(version: string): Promise<void> {
    const server = JSON.parse(await this.#cluster.text('/version')) as { gitVersion?: string };
    const own = await this.#ownObjects();
    const namespaces = await this.#namespaces();
    // First of all, because everything that follows is held against what Secrets hold.
    for (const namespace of namespaces) await this.#learnSecrets(namespace);
    this.#add('status.txt', renderStatus(own.flatMap(({ items }) => items) as unknown as Observed[], this.#time));
    for (const { resource, items } of own) this.#addObjects(`objects/${resource.name}.yaml`, resource, items);
    for (const resource of clusterResources) await this.#addCollection(`cluster/${resource.name}.yaml`, resource);
    const pods: Listed[] = [];
    for (const namespace of namespaces) pods.push(...(await this.#addNamespace(namespace)));
    await this.#addMetrics(pods);
    if (this.#flags.logs) for (const pod of pods) await this.#addLogs(pod);
    this.#addIndex(version, server.gitVersion ?? 'unknown', namespaces);
  }

  async #ownObjects(): Promise<{ resource: Resource; items: Listed[] }[]> {
    const lists = ownResources.map(async (resource) => {
      return { resource, items: await this.#list(resource.path(this.#flags.namespace)) };
    });
    return await Promise.all(lists);
  }

  /** Of the installation, its gateways and its Tenants, as far as they can be read and are asked for. */
  async #namespaces(): Promise<string[]> {
    const { namespace, installation } = this.#flags;
    const all = await this.#list('/api/v1/namespaces');
    const ours = all.filter(({ metadata: { labels } }) => {
      const of = (labels ?? {}) as Record<string, string>;
      if (of['simpul.id/installation'] === installation) return true;
      return namespace === undefined && of['simpul.id/tenant'] !== undefined;
    });
    const named = [installation, ...(namespace === undefined ? [] : [namespace])];
    return [...new Set([...named, ...ours.map(({ metadata }) => metadata.name)])].sort();
  }

  async #learnSecrets(namespace: string): Promise<void> {
    for (const secret of await this.#list(
      `/api/v1/namespaces/${namespace}/secrets?fieldSelector=type!=simpul.id/compiled`,
    )) {
      this.#scrubber.learn((secret['data'] ?? {}) as Record<string, string>);
    }
  }

  /** Gives its pods. */
  async #addNamespace(namespace: string): Promise<Listed[]> {
    const pods: Listed[] = [];
    for (const resource of [...namespaceResources, eventsResource]) {
      const items = await this.#addCollection(`namespaces/${namespace}/${resource.name}.yaml`, resource, namespace);
      if (resource.name === 'pods') pods.push(...items);
    }
    return pods;
  }

  async #addCollection(path: string, resource: Resource, namespace?: string): Promise<Listed[]> {
    const items = await this.#list(resource.path(namespace));
    this.#addObjects(path, resource, items);
    return items;
  }

  #addObjects(path: string, resource: Resource, items: readonly Listed[]): void {
    const shown = items.map(resource.shown).filter((object) => object !== undefined);
    if (shown.length > 0) this.#add(path, shown.map((object) => stringify(object, { lineWidth: 0 })).join('---\n'));
  }

  async #addMetrics(pods: readonly Listed[]): Promise<void> {
    for (const url of this.#flags.metrics) {
      const { host } = new URL(url);
      await this.#orMissing(async () => this.#add(`metrics/${host.replace(':', '_')}.txt`, await scrape(url)));
    }
    for (const { metadata } of pods) {
      const labels = (metadata['labels'] ?? {}) as Record<string, string>;
      const port = metricsPort[labels['app.kubernetes.io/name'] ?? ''];
      if (port === undefined) continue;
      const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}:${port}/proxy/metrics`;
      await this.#orMissing(async () => {
        this.#add(`metrics/${metadata.namespace}/${metadata.name}.txt`, await this.#cluster.text(path));
      });
    }
  }

  /** Of every container, also of its run before: that is where the cause of a crash stands. */
  async #addLogs({ metadata, ...pod }: Listed): Promise<void> {
    const { containers = [], initContainers = [] } = (pod['spec'] ?? {}) as Record<string, { name: string }[]>;
    const { containerStatuses = [] } = (pod['status'] ?? {}) as {
      containerStatuses?: { name: string; restartCount: number }[];
    };
    const restarted = containerStatuses.filter(({ restartCount }) => restartCount > 0).map(({ name }) => name);
    const logs = [...initContainers, ...containers].flatMap(({ name }) => [
      { name, previous: false },
      ...(restarted.includes(name) ? [{ name, previous: true }] : []),
    ]);
    for (const { name, previous } of logs) {
      const query = `container=${name}&limitBytes=${mostLogBytes}&timestamps=true&${previous ? 'previous=true' : `sinceSeconds=${this.#flags.since}`}`;
      const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log?${query}`;
      const file = `logs/${metadata.namespace}/${metadata.name}/${name}${previous ? '.before' : ''}.log`;
      await this.#orMissing(async () => this.#add(file, await this.#cluster.text(path)));
    }
  }

  #addIndex(version: string, kubernetes: string, namespaces: readonly string[]): void {
    const index = {
      simpul: version,
      node: process.versions.node,
      kubernetes,
      time: this.#time.toISOString(),
      namespaces,
      missing: this.missing,
    };
    this.archive.addAlways('index.json', `${JSON.stringify(index, undefined, 2)}\n`);
  }

  /** Everything that goes into the archive comes through here. */
  #add(path: string, text: string): void {
    const isWhole = this.archive.add(path, this.#scrubber.scrub(redactText(this.#scrubber.scrub(text))));
    if (!isWhole) this.missing.push(`${path} was cut: the archive would be larger than --max-size`);
  }

  async #list(path: string): Promise<Listed[]> {
    let items: Listed[] = [];
    await this.#orMissing(async () => {
      const list = await this.#cluster.list(path, mostObjects);
      items = list.items;
      if (!list.isWhole) this.missing.push(`${path}: more than ${mostObjects} objects; the rest was left out`);
    });
    return items;
  }

  async #orMissing(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.missing.push(error.message.replace(/\?.*?:/, ':'));
    }
  }
}

async function scrape(url: string): Promise<string> {
  const address = new URL('/metrics', url);
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    return await answer.text();
  } catch (error) {
    throw new Unreadable(address.href, describeError(error));
  }
}
