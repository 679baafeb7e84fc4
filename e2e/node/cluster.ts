import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '#e2e/operator/waiting.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import type { Kubectl } from '#tools/controlplane/kubectl.ts';
import { builtImages, type Image } from '#tools/images/images.ts';
import { findCluster, imageNamed } from '#tools/install/install.ts';
import type { Tally } from './caller.ts';

/** Where the pods of the example's ApiGateway run. */
export const gatewayNamespace = compiledNamespaceOf({ metadata: { name: 'public', namespace: 'simpul-system' } });
/** The same gateways as pods reach them. */
export const gatewayUrl = `http://public.${gatewayNamespace}.svc:8080`;
export const callersNamespace = 'simpul-e2e';

const exampleFile = fileURLToPath(new URL('../../examples/banten/banten.yaml', import.meta.url));
const ownFile = new URL('./objects.yaml', import.meta.url);

/** The installed cluster, with examples/banten applied as it stands and its backend put into pods. */
export class NodeCluster {
  readonly kubectl: Kubectl;
  readonly #images: readonly Image[];

  private constructor(kubectl: Kubectl, images: readonly Image[]) {
    this.kubectl = kubectl;
    this.#images = images;
  }

  static async open(): Promise<NodeCluster> {
    const cluster = new NodeCluster(findCluster().kubectl, await builtImages());
    await cluster.#applyExample();
    return cluster;
  }

  async #applyExample(): Promise<void> {
    const { kubectl } = this;
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', exampleFile]);
    const own = readFileSync(ownFile, 'utf8').replace(
      'EXAMPLE_IMAGE',
      () => imageNamed(this.#images, 'example').reference,
    );
    await kubectl(['apply', '--server-side', '-f', '-'], own);
    const url = [{ op: 'replace', path: '/spec/backend/endpoints/0/url', value: 'http://situs.banten.svc:9000/situs' }];
    await kubectl([
      'patch',
      'apiservices.simpul.id',
      'situs',
      '-n',
      'banten',
      '--type=json',
      '-p',
      JSON.stringify(url),
    ]);
    const { reference } = imageNamed(this.#images, 'gateway');
    const image = `--for=jsonpath={.spec.template.spec.containers[0].image}=${reference}`;
    await kubectl(['wait', '-n', gatewayNamespace, 'deployment/public', image, '--timeout=60s']);
    await kubectl(['rollout', 'status', '-n', gatewayNamespace, 'deployment/public', '--timeout=120s']);
    await kubectl(['rollout', 'status', '-n', 'banten', 'deployment/situs', '--timeout=120s']);
    for (const kind of ['apigateways', 'tenants', 'apiservices', 'subscriptions', 'approvals']) {
      await kubectl([
        'wait',
        '--for=condition=Ready',
        '--timeout=120s',
        '--all',
        '--all-namespaces',
        `${kind}.simpul.id`,
      ]);
    }
  }

  /** Removes what {@link open} has made, but for the Simpul objects' CRDs and the installation. */
  async close(): Promise<void> {
    await this.kubectl(['delete', '--wait=false', '-f', '-'], readFileSync(ownFile, 'utf8'));
  }

  /** Parsed JSON of `kubectl get …`. */
  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['get', ...args, '-o', 'json'])) as T;
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

  /** Starts a pod that calls `path` of the gateways' Service; resolves when its first call is sent. */
  async startCaller(name: string, path: string, { rate = 500, seconds = 30 } = {}): Promise<CallerPod> {
    const script = readFileSync(new URL('./caller.ts', import.meta.url), 'utf8');
    const env = { URL: `${gatewayUrl}${path}`, RATE: String(rate), SECONDS: String(seconds) };
    const objects = callerObjects({ name, script, env, image: imageNamed(this.#images, 'gateway').reference });
    await this.kubectl(['delete', 'pod', name, '-n', callersNamespace, '--ignore-not-found', '--now']);
    await this.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(objects));
    const log = () => this.kubectl(['logs', name, '-n', callersNamespace]).catch(() => '');
    await until(`${name} calls`, async () => (await log()).includes('started'));
    return {
      ended: async () => {
        const ends = ['wait', 'pod', name, '-n', callersNamespace, '--for=jsonpath={.status.phase}=Succeeded'];
        await this.kubectl([...ends, `--timeout=${seconds + 60}s`]);
        return JSON.parse((await log()).trim().split('\n').at(-1) ?? '') as Tally;
      },
    };
  }
}

export interface CallerPod {
  /** What it counted, once its time is over. */
  readonly ended: () => Promise<Tally>;
}

interface CallerOptions {
  readonly name: string;
  readonly script: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
}

function callerObjects({ name, script, image, env }: CallerOptions): object {
  const metadata = { name, namespace: callersNamespace };
  const container = {
    ...{ name: 'caller', image, command: ['node', '/script/caller.ts'] },
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    volumeMounts: [{ name: 'script', mountPath: '/script' }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
  const spec = {
    ...{ restartPolicy: 'Never', automountServiceAccountToken: false, enableServiceLinks: false },
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'script', configMap: { name } }],
  };
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'caller.ts': script } },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}
