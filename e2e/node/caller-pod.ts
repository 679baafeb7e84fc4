import { readFileSync } from 'node:fs';
import { until } from '#e2e/operator/waiting.ts';
import type { Kubectl } from '#tools/controlplane/kubectl.ts';
import type { Tally } from './caller.ts';

/** Where pods that call run. */
export const callersNamespace = 'simpul-e2e';

export interface CallerOptions {
  /** Of the pod. */
  readonly name: string;
  /** Its Node.js runs the caller. */
  readonly image: string;
  readonly url: string;
  /** Calls a second; default 500. */
  readonly rate?: number;
  /** At least so many are sent. */
  readonly calls: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A pod that calls a gateway (`caller.ts`) until it is told to end. */
export class CallerPod {
  readonly #kubectl: Kubectl;
  readonly #options: CallerOptions;

  private constructor(kubectl: Kubectl, options: CallerOptions) {
    this.#kubectl = kubectl;
    this.#options = options;
  }

  /** Resolves when it has begun to call. */
  static async start(kubectl: Kubectl, options: CallerOptions): Promise<CallerPod> {
    const pod = new CallerPod(kubectl, options);
    await pod.remove();
    await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(objectsOf(options)));
    await until(`${options.name} calls`, async () => (await pod.#log()).includes('started'));
    return pod;
  }

  /** What came of its calls, once enough are sent. */
  async end(): Promise<Tally> {
    const { name, rate = 500, calls } = this.#options;
    const at = [name, '-n', callersNamespace];
    await this.#kubectl(['exec', ...at, '--', 'node', '-e', 'process.kill(1, "SIGTERM")']);
    const timeout = `--timeout=${Math.ceil(calls / rate) + 60}s`;
    await this.#kubectl(['wait', 'pod', ...at, '--for=jsonpath={.status.phase}=Succeeded', timeout]);
    return JSON.parse((await this.#log()).trim().split('\n').at(-1) ?? '') as Tally;
  }

  async remove(): Promise<void> {
    await this.#kubectl(['delete', 'pod', this.#options.name, '-n', callersNamespace, '--ignore-not-found', '--now']);
  }

  #log(): Promise<string> {
    return this.#kubectl(['logs', this.#options.name, '-n', callersNamespace]).catch(() => '');
  }
}

function objectsOf({ name, image, url, rate = 500, calls, headers = {} }: CallerOptions): object {
  const metadata = { name, namespace: callersNamespace };
  const env = { URL: url, RATE: String(rate), CALLS: String(calls), HEADERS: JSON.stringify(headers) };
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
  const script = readFileSync(new URL('./caller.ts', import.meta.url), 'utf8');
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'caller.ts': script } },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}
