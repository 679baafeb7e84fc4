import { existsSync } from 'node:fs';
import { locatePrograms } from './binaries.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts';
import { ControlPlaneError } from './errors.ts';
import { applyCrds, runKubectl } from './kubectl.ts';

/** What a test gets that does not hurt the cluster: it may be anybody's. */
export type TestCluster = Pick<ControlPlane, 'kubeconfig' | 'kubectl' | 'installCrds' | 'stop'>;

/**
 * The cluster that SIMPUL_TEST_KUBECONFIG names, or a control plane of our own. On a foreign cluster work in namespaces
 * of your own and clean up: `stop` leaves it as it is. Tests of faults, users and audit logs need
 * {@link startControlPlane} itself.
 */
export async function startTestCluster(options: ControlPlaneOptions = {}): Promise<TestCluster> {
  const kubeconfig = process.env['SIMPUL_TEST_KUBECONFIG'];
  if (kubeconfig === undefined || kubeconfig === '') return await startControlPlane(options);
  if (!existsSync(kubeconfig))
    throw new ControlPlaneError(`SIMPUL_TEST_KUBECONFIG names ${kubeconfig}, which does not exist`);
  const program = locatePrograms(process.env, ['kubectl']).kubectl;
  const kubectl = (args: readonly string[], stdin?: string) => runKubectl(program, kubeconfig, args, stdin);
  return { kubeconfig, kubectl, installCrds: (folder) => applyCrds(kubectl, folder), stop: async () => undefined };
}
