import { describeError } from '#api/errors.ts';
import type { Connection } from '#kube/connection.ts';
import { ConnectionError } from '#kube/connection-error.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import type { SourceFlags } from './options.ts';

/** The API server that a kubeconfig or the pod's account leads to, with the rights of whoever asks. */
export async function openTransport(
  { kubeconfig, context }: Pick<SourceFlags, 'kubeconfig' | 'context'>,
  { env }: CliConfig,
): Promise<{ readonly transport: Transport; readonly connection: Connection }> {
  const named = { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) };
  const connection = await loadConnection({ env, ...named }).catch((error: unknown) => {
    if (!(error instanceof ConnectionError)) throw error;
    throw new CliError('CLI_SOURCE', describeError(error));
  });
  return { transport: new Transport(connection), connection };
}
