import { homedir } from 'node:os';
import { join } from 'node:path';

/** Addresses of the node. It has a network of its own, so they and its ports collide with nothing on the machine. */
export const addresses = {
  /** The machine's end of the line to the node. */
  host: '10.247.0.1',
  /** The node's end: of the API server, the kubelet and node ports. */
  node: '10.247.0.2',
  /** Of the bridge that pods hang on; DNS answers here. */
  bridge: '10.248.0.1',
  pods: '10.248.0.0/16',
  services: '10.96.0.0/16',
  apiServer: '10.96.0.1',
  dns: '10.96.0.10',
} as const;

/** Name of the machine's end of the line to the node. */
export const hostInterface = 'simpul-node';
export const nodeName = 'node1';
export const apiServerUrl = `https://${addresses.node}:6443`;
export const pauseImage = 'localhost/pause:1';

/** Everything that a cluster keeps, in one folder that `down` removes. */
export interface ClusterFolder {
  readonly root: string;
  readonly pki: string;
  readonly logs: string;
  readonly config: string;
  /** Seen as /var/lib inside the node. */
  readonly varLib: string;
  /** Seen as /var/log inside the node. */
  readonly varLog: string;
  readonly containerd: string;
  /** User `admin` in `system:masters`. */
  readonly kubeconfig: string;
  /** There once all is ready; removed with the cluster. */
  readonly ready: string;
  /** What `down` needs to know: {@link Running}. */
  readonly running: string;
  /** Programs of the node that have a file of their name here are not started again when they end: for tests of faults. */
  readonly held: string;
}

/** SIMPUL_CLUSTER_FOLDER, else `cluster` beside the other things that are cached. */
export function clusterFolder(env: NodeJS.ProcessEnv): ClusterFolder {
  const root = env['SIMPUL_CLUSTER_FOLDER'] || join(cacheFolder(env), 'cluster');
  return {
    root,
    pki: join(root, 'pki'),
    logs: join(root, 'logs'),
    config: join(root, 'config'),
    varLib: join(root, 'var-lib'),
    varLog: join(root, 'var-log'),
    containerd: join(root, 'containerd.sock'),
    kubeconfig: join(root, 'kubeconfig'),
    ready: join(root, 'ready'),
    running: join(root, 'running.json'),
    held: join(root, 'held'),
  };
}

/** Where `make node-programs` unpacks Debian's packages. */
export function nodePrograms(env: NodeJS.ProcessEnv): { readonly bin: string; readonly root: string } {
  const home = join(cacheFolder(env), 'node-programs');
  return { bin: join(home, 'bin'), root: join(home, 'root') };
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'simpul');
}
