import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ControlPlaneError } from './errors.ts';

/** Runs kubectl and gives back its standard output. A failure throws with what it said on standard error. */
export async function runKubectl(
  program: string,
  kubeconfig: string,
  args: readonly string[],
  stdin?: string,
): Promise<string> {
  const child = spawn(program, ['--kubeconfig', kubeconfig, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined); // it ended without reading all: its exit code says why
  child.stdin.end(stdin ?? '');
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, out, err] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new ControlPlaneError(`kubectl ${args.join(' ')}: ${err.trim()}`);
  return out;
}

/** kubectl of one cluster: arguments, standard input; gives standard output. */
export type Kubectl = (args: readonly string[], stdin?: string) => Promise<string>;

/** Applies every CRD of a file or folder and waits until all are served. */
export async function applyCrds(kubectl: Kubectl, folder: string): Promise<void> {
  await kubectl(['apply', '--server-side', '-f', folder]);
  // Unlike apply, wait reads subfolders unless told otherwise: those hold examples, not definitions.
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', '--recursive=false', '-f', folder]);
}
