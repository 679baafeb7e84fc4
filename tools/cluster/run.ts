import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ClusterError } from './errors.ts';

const execute = promisify(execFile);

/** Runs a program of the machine or of the node's packages; gives what it printed. A failure tells what it said. */
export async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    const { stdout } = await execute(command, [...args], { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new ClusterError(`${command} ${args.join(' ')}: ${stderr.trim() || String(error)}`, error);
  }
}
