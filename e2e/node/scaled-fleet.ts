import { randomUUID } from 'node:crypto';
import { until } from '#e2e/operator/waiting.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { home, type NodeCluster, type Resource } from './cluster.ts';
import { openApi } from './faults/api.ts';

/** What a HorizontalPodAutoscaler's controller tells. */
export interface ScalerStatus {
  readonly currentMetrics?: readonly CurrentMetric[] | null;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

interface CurrentMetric {
  readonly type: string;
  readonly containerResource?: { readonly current: { readonly averageValue: string } };
  readonly pods?: { readonly current: { readonly averageValue: string } };
}

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly strategy: { readonly rollingUpdate: { readonly maxSurge: number } };
  };
  readonly status: { readonly readyReplicas?: number };
}

/** An ApiGateway of its own whose pods the load decides, with one ApiService that everybody may call at `/banten/<name>`. */
export class ScaledFleet {
  readonly name: string;
  /** Each number of pods that it was seen to be told to have, since it began. */
  readonly steps: number[] = [];
  readonly #cluster: NodeCluster;
  readonly #namespace: string;

  constructor(cluster: NodeCluster, name: string) {
    this.#cluster = cluster;
    // Another one each time: the namespace of one that was removed a moment ago may still be ending.
    this.name = `${name}-${randomUUID().slice(0, 6)}`;
    this.#namespace = compiledNamespaceOf({ metadata: { name: this.name, namespace: home } });
  }

  /** Resolves when it serves; `api`: what else the ApiService says. */
  async start(autoscaling: object, api: object = {}): Promise<void> {
    const { name } = this;
    const gateway = {
      ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'ApiGateway', metadata: { name, namespace: home } },
      spec: { autoscaling, listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }], tenants: { from: 'All' } },
    };
    await this.#cluster.apply(gateway, openApi(name, { gatewayRefs: [{ name, namespace: home }], ...api }));
    await this.#cluster.untilReady(`apiservices.simpul.id/${name}`, '-n', 'banten');
    await this.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
  }

  async remove(): Promise<void> {
    const { kubectl } = this.#cluster;
    await kubectl(['delete', `apiservices.simpul.id/${this.name}`, '-n', 'banten', '--ignore-not-found']);
    await kubectl(['delete', `apigateways.simpul.id/${this.name}`, '-n', home, '--ignore-not-found', '--wait=false']);
  }

  /** In the namespace of its pods. */
  kubectl(...args: readonly string[]): Promise<string> {
    return this.#cluster.kubectl([...args, '-n', this.#namespace]);
  }

  async scaler(): Promise<ScalerStatus> {
    return (await this.#get<{ status?: ScalerStatus }>('horizontalpodautoscaler')).status ?? {};
  }

  async deployment(): Promise<Deployment> {
    const deployment = await this.#get<Deployment>('deployment');
    if (this.steps.at(-1) !== deployment.spec.replicas) this.steps.push(deployment.spec.replicas);
    return deployment;
  }

  /** What the ApiGateway says of its autoscaling: `True Autoscaled: …`. */
  async autoscaled(): Promise<string> {
    const { status } = await this.#cluster.get<Resource>(`apigateways.simpul.id/${this.name}`, '-n', home);
    const said = status?.conditions?.find(({ type }) => type === 'Autoscaled');
    return said === undefined ? 'nothing' : `${said.status} ${said.reason}: ${said.message}`;
  }

  /** Waits until so many pods serve, and no others are left, also none that are about to go. */
  async untilPods(wanted: number): Promise<void> {
    let seen: object = {};
    const look = async () => {
      const { status } = await this.deployment();
      const { items } = await this.#cluster.get<{ items: readonly object[] }>('pods', '-n', this.#namespace);
      seen = { steps: this.steps, ready: status.readyReplicas, pods: items.length, scaler: await this.scaler() };
      return this.steps.at(-1) === wanted && status.readyReplicas === wanted && items.length === wanted;
    };
    // Much less on the node of `make cluster`, whose autoscaler does not wait 5 minutes before it takes pods away.
    await until(`${this.name} has ${wanted} pods`, look, { withinMs: 480_000, seen: () => seen });
  }

  async #get<T>(kind: string): Promise<T> {
    return await this.#cluster.get<T>(`${kind}/${this.name}`, '-n', this.#namespace);
  }
}
