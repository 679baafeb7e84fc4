import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import {
  apiServerArguments,
  auditPolicy,
  controllerManagerArguments,
  etcdArguments,
  type Layout,
} from './arguments.ts';
import { locatePrograms, type Program } from './binaries.ts';
import { type CertificateAuthority, createAuthority, type KeyPair, writeKey } from './certificates.ts';
import { Etcd, type EtcdSnapshot } from './etcd.ts';
import { freePorts } from './free-port.ts';
import { buildKubeconfig, type UserCredential } from './kubeconfig.ts';
import { applyCrds, type Kubectl, runKubectl } from './kubectl.ts';
import { ManagedProcess } from './managed-process.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

export interface ControlPlaneOptions {
  /** Also garbage collection, namespace deletion, ServiceAccounts. Costs 110 MiB and 2 s. */
  readonly controllerManager?: boolean;
  /** Write every request to {@link ControlPlane.auditLog}, at level Metadata. */
  readonly auditLog?: boolean;
  /** More flags of kube-apiserver; a later flag wins over an earlier one. */
  readonly apiServerFlags?: readonly string[];
}

/** A real etcd and kube-apiserver of one test run, on 127.0.0.1, in one temporary folder. */
export interface ControlPlane {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly caFile: string;
  /** Path; user `admin` in `system:masters`. */
  readonly kubeconfig: string;
  /** Temporary folder of this run; removed by {@link stop}. */
  readonly folder: string;
  /** Path of the audit log, one JSON document per line; undefined unless asked for. */
  readonly auditLog: string | undefined;
  readonly apiServer: ManagedProcess;
  readonly controllerManager: ManagedProcess | undefined;
  readonly etcd: Etcd;
  /** Kubeconfig of a user with a fresh client certificate. Rights come from RBAC. */
  clientFor(user: string, groups?: readonly string[]): Promise<string>;
  /** Kubeconfig that reaches this control plane with the given credential, for instance through a proxy at `server`. */
  kubeconfigFor(credential: UserCredential, server?: string): Promise<string>;
  /** Files of the admin's client certificate. */
  readonly admin: KeyPair;
  /** Token by TokenRequest, valid for an hour (or `seconds`, at least 600). Makes the ServiceAccount when it is missing. */
  serviceAccountToken(namespace: string, name: string, seconds?: number): Promise<string>;
  /** Standard output. A failure throws with what kubectl said. */
  readonly kubectl: Kubectl;
  /** Applies every CRD of a folder and waits until all are established. */
  installCrds(folder: string): Promise<void>;
  /** etcd goes back to an older state, and the API server starts anew on it. */
  restoreEtcd(snapshot: EtcdSnapshot): Promise<void>;
  /** Ends all processes and removes the folder. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a control plane, in some 3 s. It ends with {@link ControlPlane.stop}, and also when this process dies.
 *
 *   certificates ──▶ etcd ──▶ kube-apiserver ──/readyz 200──▶ (kube-controller-manager) ──▶ ready
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const programs = locatePrograms(process.env, wantedPrograms(options));
  const folder = await mkdtemp(join(tmpdir(), 'simpul-control-plane-'));
  const watchdog = startWatchdog(folder);
  try {
    return await start({ options, programs, folder, watchdog });
  } catch (error) {
    await watchdog.stop();
    throw error;
  }
}

interface Run {
  readonly options: ControlPlaneOptions;
  readonly programs: Record<Program, string>;
  readonly folder: string;
  readonly watchdog: Watchdog;
}

async function start(run: Run): Promise<ControlPlane> {
  const { folder, options } = run;
  const pki = join(folder, 'pki');
  await mkdir(pki);
  const authority = await createAuthority(pki);
  const admin = await authority.client('admin', ['system:masters']);
  const layout = await layOut(folder, authority);
  const url = `https://127.0.0.1:${layout.apiPort}`;
  const kubeconfigFor = kubeconfigWriter(folder, url, layout.caFile);
  const kubeconfig = await kubeconfigFor(admin);

  const etcd = etcdProcess(run, layout);
  const auditLog = options.auditLog === true ? join(folder, 'audit.log') : undefined;
  const apiServer = await apiServerProcess(run, layout, { admin, auditLog });
  etcd.launch(); // the API server waits for etcd by itself: starting both at once saves half a second
  await apiServer.start();
  const controllerManager = await startControllerManager(run, layout, authority);

  const kubectl = (args: readonly string[], stdin?: string) =>
    runKubectl(run.programs.kubectl, kubeconfig, args, stdin);
  let stopped: Promise<void> | undefined;
  return {
    ...{ url, folder, caFile: layout.caFile, kubeconfig, admin, auditLog, apiServer, controllerManager, etcd },
    ...{ kubectl, kubeconfigFor },
    clientFor: async (user, groups = []) => kubeconfigFor(await authority.client(user, groups)),
    serviceAccountToken: (namespace, name, seconds = 3600) => requestToken(kubectl, { namespace, name, seconds }),
    installCrds: (crds) => applyCrds(kubectl, crds),
    restoreEtcd: async (snapshot) => {
      await apiServer.kill();
      await etcd.restore(snapshot);
      await apiServer.start();
    },
    stop: () => {
      // Nothing in there is worth a goodbye: the watchdog kills all and removes the folder.
      stopped ??= run.watchdog.stop();
      return stopped;
    },
  };
}

function wantedPrograms(options: ControlPlaneOptions): Program[] {
  const always: Program[] = ['etcd', 'kube-apiserver', 'kubectl'];
  return options.controllerManager === true ? [...always, 'kube-controller-manager'] : always;
}

async function layOut(folder: string, authority: CertificateAuthority): Promise<Layout> {
  const [apiPort = 0, etcdPort = 0, etcdPeerPort = 0] = await freePorts(3);
  const server = await authority.server(
    'kube-apiserver',
    ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    ['127.0.0.1', '10.96.0.1'],
  );
  const serviceAccountKey = await writeKey(join(folder, 'pki'), 'service-account');
  return {
    ...{ apiPort, server, serviceAccountKey, caFile: authority.caFile, caKeyFile: authority.caKeyFile },
    serviceAccountPublicKey: serviceAccountKey.replace(/\.key$/, '.pub'),
    etcdUrl: `http://127.0.0.1:${etcdPort}`,
    etcdPeerUrl: `http://127.0.0.1:${etcdPeerPort}`,
    etcdData: join(folder, 'etcd'),
  };
}

function kubeconfigWriter(folder: string, url: string, caFile: string): ControlPlane['kubeconfigFor'] {
  let written = 0;
  return async (credential, server = url) => {
    written += 1;
    const file = join(folder, `kubeconfig-${written}`);
    await writeFile(file, buildKubeconfig(server, caFile, credential), { mode: 0o600 });
    return file;
  };
}

function etcdProcess(run: Run, layout: Layout): Etcd {
  return new Etcd(layout.etcdUrl, layout.etcdData, {
    ...{ name: 'etcd', command: run.programs.etcd, args: etcdArguments(layout), watchdog: run.watchdog },
    logFile: join(run.folder, 'etcd.log'),
    ready: () => answersOk(`${layout.etcdUrl}/readyz`),
  });
}

async function apiServerProcess(
  run: Run,
  layout: Layout,
  { admin, auditLog }: { admin: KeyPair; auditLog: string | undefined },
): Promise<ManagedProcess> {
  const flags = [...(run.options.apiServerFlags ?? [])];
  if (auditLog !== undefined) {
    const policyFile = join(run.folder, 'audit-policy.yaml');
    await writeFile(policyFile, auditPolicy);
    flags.unshift(`--audit-policy-file=${policyFile}`, `--audit-log-path=${auditLog}`);
  }
  const connect = {
    ca: readFileSync(layout.caFile),
    cert: readFileSync(admin.certFile),
    key: readFileSync(admin.keyFile),
  };
  return new ManagedProcess({
    ...{ name: 'kube-apiserver', command: run.programs['kube-apiserver'], watchdog: run.watchdog },
    args: apiServerArguments(layout, flags),
    logFile: join(run.folder, 'kube-apiserver.log'),
    ready: async () => {
      const agent = new Agent({ connect });
      const ok = await answersOk(`https://127.0.0.1:${layout.apiPort}/readyz`, agent);
      await agent.destroy();
      return ok;
    },
  });
}

async function startControllerManager(
  run: Run,
  layout: Layout,
  authority: CertificateAuthority,
): Promise<ManagedProcess | undefined> {
  if (run.options.controllerManager !== true) return undefined;
  const credential = await authority.client('system:kube-controller-manager', []);
  const kubeconfig = join(run.folder, 'kubeconfig-controller-manager');
  await writeFile(kubeconfig, buildKubeconfig(`https://127.0.0.1:${layout.apiPort}`, layout.caFile, credential));
  const [port = 0] = await freePorts(1);
  const agent = new Agent({ connect: { rejectUnauthorized: false } }); // its certificate is of its own making
  const controllerManager = new ManagedProcess({
    ...{ name: 'kube-controller-manager', command: run.programs['kube-controller-manager'], watchdog: run.watchdog },
    args: controllerManagerArguments(layout, kubeconfig, port),
    logFile: join(run.folder, 'kube-controller-manager.log'),
    ready: () => answersOk(`https://127.0.0.1:${port}/healthz`, agent),
  });
  await controllerManager.start();
  await agent.close();
  return controllerManager;
}

export async function answersOk(url: string, dispatcher?: Agent): Promise<boolean> {
  try {
    const response = await request(url, dispatcher === undefined ? {} : { dispatcher });
    await response.body.dump();
    return response.statusCode === 200;
  } catch {
    return false; // not listening yet
  }
}

async function requestToken(
  kubectl: Kubectl,
  account: { namespace: string; name: string; seconds: number },
): Promise<string> {
  const metadata = { namespace: account.namespace, name: account.name };
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await kubectl(['apply', '--server-side', '-f', '-'], manifest);
  const args = ['create', 'token', account.name, '-n', account.namespace, `--duration=${account.seconds}s`];
  return (await kubectl(args)).trim();
}
