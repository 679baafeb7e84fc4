import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ControlPlaneError } from './errors.ts';

/** Programs of a control plane, and of a node (`build.sh node`). */
const programs = [
  ...(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const),
  ...(['kube-scheduler', 'kubelet', 'kube-proxy', 'coredns'] as const),
];
export type Program = (typeof programs)[number];

/**
 * Absolute path of each program: from the folder that KUBEBUILDER_ASSETS names, else from the build cache
 * (`build.sh` fills it). A missing one is an error that says what to do; nothing is ever skipped in silence.
 */
export function locatePrograms(env: NodeJS.ProcessEnv, wanted: readonly Program[]): Record<Program, string> {
  const folder = programFolder(env);
  const missing = wanted.filter((program) => !existsSync(join(folder, program)));
  if (missing.length > 0) {
    throw new ControlPlaneError(
      `${missing.join(', ')} not found in ${folder}: run "make controlplane" (about 5 minutes, once), or set ` +
        'KUBEBUILDER_ASSETS to a folder that holds these programs.',
    );
  }
  return Object.fromEntries(programs.map((program) => [program, join(folder, program)])) as Record<Program, string>;
}

function programFolder(env: NodeJS.ProcessEnv): string {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (assets !== undefined && assets !== '') return assets;
  const cache = env['XDG_CACHE_HOME'];
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'simpul/k8s', pinnedVersion());
}

/** The version that go.mod pins, so that the cache and the build can never disagree. */
function pinnedVersion(): string {
  const file = new URL('./go.mod', import.meta.url);
  const version = /^\s*k8s\.io\/kubernetes (v[0-9.]+)/m.exec(readFileSync(file, 'utf8'))?.[1];
  if (version === undefined) throw new ControlPlaneError(`${file.pathname} names no version of k8s.io/kubernetes`);
  return version;
}
