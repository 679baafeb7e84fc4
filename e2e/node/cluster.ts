import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '#e2e/operator/waiting.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import type { Kubectl } from '#tools/controlplane/kubectl.ts';
import { builtImages, type Image, type ImageName } from '#tools/images/images.ts';
import { findCluster, imageNamed, type Target } from '#tools/install/install.ts';
import { CallerPod } from './caller-pod.ts';

/** The namespace of the installation. */
export const home = 'simpul-system';
/** Where the pods of the example's ApiGateway run. */
export const gatewayNamespace = compiledNamespaceOf({ metadata: { name: 'public', namespace: home } });
/** The same gateways as pods reach them by name. */
export const gatewayUrl = `http://public.${gatewayNamespace}.svc:8080`;

const exampleFile = fileURLToPath(new URL('../../examples/banten/banten.yaml', import.meta.url));
const ownFile = new URL('./objects.yaml', import.meta.url);

export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** What a caller of the test's own API does. */
export interface Calls {
  readonly path: string;
  readonly count: number;
  /** Each second; default 500. */
  readonly rate?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the ApiGateway `public`, by the address of its Service. */
  readonly origin?: string;
}

/** The installed cluster, with examples/banten applied as it stands and its backend put into pods. */
export class NodeCluster {
  readonly kubectl: Kubectl;
  readonly target: Target;
  readonly #images: readonly Image[];

  private constructor(target: Target, images: readonly Image[]) {
    this.target = target;
    this.kubectl = target.kubectl;
    this.#images = images;
  }

  static async open(): Promise<NodeCluster> {
    const cluster = new NodeCluster(findCluster(), await builtImages());
    await cluster.#applyExample();
    return cluster;
  }

  async #applyExample(): Promise<void> {
    const { kubectl } = this;
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', exampleFile]);
    const own = readFileSync(ownFile, 'utf8').replace('EXAMPLE_IMAGE', () => this.image('example').reference);
    await kubectl(['apply', '--server-side', '-f', '-'], own);
    // All of the list: applied anew, the example adds its loopback address to what an earlier test has put there.
    const backend = { endpoints: [{ url: 'http://situs.banten.svc:9000/situs' }] };
    const patch = ['--type=merge', '-p', JSON.stringify({ spec: { backend } })];
    await kubectl(['patch', 'apiservices.simpul.id', 'situs', '-n', 'banten', ...patch]);
    await this.untilGatewaysRun(this.image('gateway').reference);
    await kubectl(['rollout', 'status', '-n', 'banten', 'deployment/situs', '--timeout=120s']);
    for (const kind of ['apigateways', 'tenants', 'apiservices', 'subscriptions', 'approvals']) {
      const all = ['--all', '--all-namespaces', `${kind}.simpul.id`];
      await kubectl(['wait', '--for=condition=Ready', '--timeout=120s', ...all]);
    }
  }

  /** Removes what {@link open} has made, but for the Simpul objects' CRDs and the installation. */
  async close(): Promise<void> {
    await this.kubectl(['delete', '-f', '-'], readFileSync(ownFile, 'utf8'));
  }

  image(name: ImageName): Image {
    return imageNamed(this.#images, name);
  }

  /** Parsed JSON of `kubectl get …`. */
  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['get', ...args, '-o', 'json'])) as T;
  }

  /** Pods of a program that run and are not about to go. */
  async podsOf(namespace: string, program: 'simpul-gateway' | 'simpul-operator'): Promise<readonly Pod[]> {
    const label = `app.kubernetes.io/name=${program}`;
    const { items } = await this.get<{ items: readonly Pod[] }>('pods', '-n', namespace, '-l', label);
    return items.filter(({ metadata, status }) => status.phase === 'Running' && !metadata.deletionTimestamp);
  }

  gatewayPods(): Promise<readonly Pod[]> {
    return this.podsOf(gatewayNamespace, 'simpul-gateway');
  }

  async gatewayNames(): Promise<readonly string[]> {
    return (await this.gatewayPods()).map(({ metadata }) => metadata.name);
  }

  /** Waits until the two pods of ApiGateway `public` are ready, and are others than these. */
  async untilReplaced(before: readonly string[]): Promise<void> {
    let seen: readonly string[] = [];
    const look = async () => {
      seen = (await this.gatewayPods()).filter(isPodReady).map(({ metadata }) => metadata.name);
      return seen.length === 2 && !seen.some((name) => before.includes(name));
    };
    await until('all gateways are replaced', look, { seen: () => seen });
  }

  /** All pods of ApiGateway `public` are of this image and ready, and no other is left that serves. */
  async untilGatewaysRun(image: string): Promise<void> {
    const place = ['-n', gatewayNamespace, 'deployment/public'];
    const told = `--for=jsonpath={.spec.template.spec.containers[0].image}=${image}`;
    await this.kubectl(['wait', ...place, told, '--timeout=120s']);
    await this.kubectl(['rollout', 'status', ...place, '--timeout=120s']);
  }

  /** `http://…` of an ApiGateway's Service, by its address: whoever calls it needs no name. */
  async origin(name = 'public'): Promise<string> {
    const namespace = compiledNamespaceOf({ metadata: { name, namespace: home } });
    const service = await this.get<{ spec: { clusterIP: string; ports: { port: number }[] } }>(
      ...['service', name, '-n', namespace],
    );
    const port = service.spec.ports[0]?.port;
    return `${port === 8443 ? 'https' : 'http'}://${service.spec.clusterIP}:${port}`;
  }

  /** The API key in a Secret that the operator keeps. */
  async key(namespace: string, name: string): Promise<string> {
    const secret = await this.get<{ data: Record<string, string> }>('secret', name, '-n', namespace);
    return Buffer.from(secret.data['api-key'] ?? '', 'base64').toString();
  }

  /** Runs JavaScript by the Node.js of a running pod and gives the JSON that it prints. */
  async evaluate<T>(namespace: string, pod: string, script: string): Promise<T> {
    return JSON.parse(await this.kubectl(['exec', '-n', namespace, pod, '--', 'node', '-e', script])) as T;
  }

  /** Applies objects as whoever runs the tests, and waits for nothing. */
  async apply(...items: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await this.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], list);
  }

  /** Changes something of an ApiService that callers do not see, and waits until every gateway serves that. */
  async changeAndWait(name: string): Promise<void> {
    const place = [`apiservices.simpul.id/${name}`, '-n', 'banten'];
    const patch = JSON.stringify({ spec: { displayName: `Situs ${Date.now()}` } });
    await this.kubectl(['patch', ...place, '--type=merge', '-p', patch]);
    await this.untilReady(...place);
  }

  /** Waits until the status of an object speaks of its present spec, and says Ready. */
  async untilReady(...place: readonly string[]): Promise<void> {
    await until(`${place.join(' ')} is Ready`, async () => isReady(await this.get<Resource>(...place)));
  }

  /** Starts a pod that calls; resolves when its first call is sent. */
  async startCaller(name: string, { path, count, origin, ...how }: Calls): Promise<CallerPod> {
    const url = `${origin ?? (await this.origin())}${path}`;
    const image = this.image('gateway').reference;
    return await CallerPod.start(this.kubectl, { name, image, url, calls: count, ...how });
  }
}

export function isPodReady({ status }: Pod): boolean {
  return status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
}

export interface Resource {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function isReady({ metadata, status }: Resource): boolean {
  if (status?.observedGeneration !== metadata.generation) return false;
  return status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
}
