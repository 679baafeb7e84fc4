import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseAllDocuments } from 'yaml';
import type { Condition, ConditionType } from '#api/conditions.ts';
import type { ResourceKind } from '#api/kinds.ts';
import { coreKinds, kindOf } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf, parseId } from '#api/object.ts';
import { installManifests } from '#e2e/admission/install.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import { compiledNamespaceOf, gatewayServiceAccount } from '#operator/resources/gateway.ts';
import type { ControlPlane, ControlPlaneOptions } from '#tools/controlplane/control-plane.ts';
import { startControlPlane } from '#tools/controlplane/control-plane.ts';
import { type GatewayPorts, GatewayProgram } from './gateway-program.ts';
import { OperatorProgram } from './operator-program.ts';
import type { Program } from './program.ts';
import { until, type Wait } from './waiting.ts';

export const operatorAccount = { namespace: 'simpul-system', name: 'simpul-operator' } as const;
export const operatorUser = `system:serviceaccount:${operatorAccount.namespace}:${operatorAccount.name}`;

/** An object as tests look at it. */
export interface Seen extends KubeObject {
  readonly spec?: Record<string, unknown>;
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
    readonly [field: string]: unknown;
  };
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

interface GatewayChoice {
  readonly gateway?: string;
  readonly workers?: number;
  /** Instead of free ones. */
  readonly ports?: GatewayPorts;
}

/** What a condition must be; `message` is searched for. */
export interface Expected {
  readonly status?: Condition['status'];
  readonly reason?: string;
  readonly message?: RegExp;
}

/**
 * A whole installation: a real control plane with CRDs, roles and policies as shipped, operator and gateway processes
 * with exactly the rights that are shipped for them, and a backend that tells which path it was asked for.
 */
export class Installation {
  readonly cluster: ControlPlane;
  /** Writes as system:masters. */
  readonly admin: ApiServerStore;
  /** `http://127.0.0.1:<port>`; answers 200 with `backend <path>`. */
  readonly backend: string;
  readonly #programs: Program[] = [];
  /** Of the operator that was started last. */
  #kubeconfig = '';
  #stopped = false;
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(cluster: ControlPlane, admin: ApiServerStore, backend: Backend) {
    this.cluster = cluster;
    this.admin = admin;
    this.backend = backend.url;
    this.#closers.push(
      backend.close,
      () => admin.close(),
      () => cluster.stop(),
    );
  }

  static async start(options: ControlPlaneOptions = {}): Promise<Installation> {
    const cluster = await startControlPlane(options);
    try {
      await installManifests(cluster);
      return new Installation(cluster, await openAs(cluster.kubeconfig), await startBackend());
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#programs.filter((program) => program.isRunning).map((program) => program.kill()));
    for (const close of this.#closers) await close();
  }

  /** Kubeconfig of the operator's ServiceAccount. */
  async operatorKubeconfig(): Promise<string> {
    const token = await this.cluster.serviceAccountToken(operatorAccount.namespace, operatorAccount.name);
    return await this.cluster.kubeconfigFor({ token });
  }

  /** An operator process with a token of its own; resolves at once. */
  async startOperator(flags?: readonly string[]): Promise<OperatorProgram> {
    this.#kubeconfig = await this.operatorKubeconfig();
    return this.startOperatorAsBefore(flags);
  }

  /** An operator process with the token of the one before: needs no API server. */
  startOperatorAsBefore(flags?: readonly string[]): OperatorProgram {
    const operator = new OperatorProgram(this.#kubeconfig, flags);
    this.#programs.push(operator);
    return operator;
  }

  /** Keeps one operator running as its Deployment would: a process that lost its Lease ends, and another one follows. */
  async keepOperator(): Promise<void> {
    const kubeconfig = await this.operatorKubeconfig();
    const follow = (): void => {
      if (this.#stopped) return;
      const operator = new OperatorProgram(kubeconfig);
      this.#programs.push(operator);
      void operator.ended.then(follow);
    };
    follow();
  }

  /** A gateway process of an ApiGateway, once the operator has made the place for it. Resolves when it is ready. */
  async startGateway(
    pod: string,
    { gateway = 'simpul-system/public', workers = 1, ports }: GatewayChoice = {},
  ): Promise<GatewayProgram> {
    const namespace = compiledNamespaceOf({ metadata: parseId(gateway) });
    const account = { namespace, name: gatewayServiceAccount };
    await until(`ServiceAccount in ${namespace}`, () => this.admin.get(coreKinds.ServiceAccount, account));
    const token = await this.cluster.serviceAccountToken(namespace, gatewayServiceAccount);
    const kubeconfig = await this.cluster.kubeconfigFor({ token });
    const own = ports === undefined ? {} : { ports };
    const program = new GatewayProgram({ kubeconfig, namespace, pod, workers, ...own });
    this.#programs.push(program);
    return await program.untilReady();
  }

  /** Applies objects in order as the administrator `test`. */
  async apply(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) await this.admin.apply(object, { fieldManager: 'test', force: true });
  }

  /** Deletes objects; their `metadata` is all that matters. */
  async remove(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) await this.admin.delete(knownKind(object), parseId(keyOf(object)));
  }

  async get(object: KubeObject): Promise<Seen | undefined> {
    return await this.admin.get<Seen>(knownKind(object), parseId(keyOf(object)));
  }

  /** All objects of a kind. */
  async list(kind: ResourceKind, namespace?: string): Promise<Seen[]> {
    const items: Seen[] = [];
    let next: string | undefined;
    do {
      const page = await this.admin.list<Seen>(kind, {
        ...(namespace === undefined ? {} : { namespace }),
        ...(next === undefined ? {} : { continue: next }),
      });
      items.push(...page.items);
      next = page.continue;
    } while (next !== undefined);
    return items;
  }

  /** Waits until a condition of the object's present generation is as expected. Resolves with the object. */
  async untilCondition(object: KubeObject, type: ConditionType, expected: Expected, wait: Wait = {}): Promise<Seen> {
    let last: Seen | undefined;
    const look = async (): Promise<Seen | false> => {
      last = await this.get(object);
      return last !== undefined && holds(last, type, expected) && last;
    };
    const what = `${object.kind} ${keyOf(object)}: ${type} is ${describe(expected)}`;
    return await until(what, look, {
      seen: () => (last === undefined ? 'no such object' : (last.status ?? 'no status')),
      ...wait,
    });
  }

  /** Waits until all objects are Ready. */
  async untilNamespace(name: string): Promise<void> {
    await until(`the namespace ${name} is there`, () => this.admin.get(coreKinds.Namespace, { namespace: '', name }));
  }

  async untilReady(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) await this.untilCondition(object, 'Ready', { status: 'True' });
  }

  async untilGone(object: KubeObject): Promise<void> {
    await until(`${object.kind} ${keyOf(object)} is gone`, async () => (await this.get(object)) === undefined);
  }

  /** The API key in a Secret. */
  async keyIn(namespace: string, name: string, key = 'api-key'): Promise<string> {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } };
    const encoded = await until(`Secret ${namespace}/${name}`, async () => (await this.get(secret))?.data?.[key]);
    return Buffer.from(encoded, 'base64').toString('utf8');
  }

  /** The compiled objects of an ApiGateway. */
  async compiled(gateway = 'simpul-system/public'): Promise<Seen[]> {
    const namespace = compiledNamespaceOf({ metadata: parseId(gateway) });
    return (await this.list(coreKinds.Secret, namespace)).filter(({ type }) => type === 'simpul.id/compiled');
  }

  /** The compiled object of one source (`ApiService/banten/situs`), decoded. */
  async compiledOf(source: string, gateway?: string): Promise<{ secret: Seen; content: unknown } | undefined> {
    const secrets = await this.compiled(gateway);
    const secret = secrets.find(({ metadata }) => metadata.annotations?.['simpul.id/source'] === source);
    if (secret === undefined) return undefined;
    const json = Buffer.from(secret.data?.['compiled.json'] ?? '', 'base64').toString('utf8');
    return { secret, content: JSON.parse(json) };
  }
}

/** A store with the rights of a kubeconfig. */
export async function openAs(kubeconfig: string): Promise<ApiServerStore> {
  return new ApiServerStore(new Transport(await loadConnection({ env: {}, kubeconfig })));
}

/** All documents of a YAML file. */
export function readObjects(file: string): KubeObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as KubeObject);
}

function knownKind(object: KubeObject): ResourceKind {
  const kind = kindOf(object);
  if (kind === undefined) throw new Error(`the tests do not know ${object.apiVersion} ${object.kind}`);
  return kind;
}

/** The condition of the object's present generation. */
export function conditionOf(object: Seen | undefined, type: ConditionType): Condition | undefined {
  const found = object?.status?.conditions?.find((condition) => condition.type === type);
  return found?.observedGeneration === object?.metadata.generation ? found : undefined;
}

function holds(object: Seen, type: ConditionType, { status, reason, message }: Expected): boolean {
  const found = conditionOf(object, type);
  if (found === undefined) return false;
  return (
    (status === undefined || found.status === status) &&
    (reason === undefined || found.reason === reason) &&
    (message === undefined || message.test(found.message))
  );
}

function describe({ status, reason, message }: Expected): string {
  return [status, reason, message?.toString()].filter((part) => part !== undefined).join(' ');
}

interface Backend {
  readonly url: string;
  readonly close: () => Promise<void>;
}

async function startBackend(): Promise<Backend> {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).end(`backend ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}
