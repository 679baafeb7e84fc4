import type { Command } from 'commander';

/** Where a command asks; the flags of every command that reads a running system. */
export interface SourceFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** `true`: at the usual address. */
  readonly dev?: string | true;
  readonly namespace?: string;
}

/** Adds the flags that {@link SourceFlags} holds. */
export function addSourceFlags(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'namespace (default: that of the kubeconfig; with simpul dev: all)')
    .option('--kubeconfig <file>', 'ask the cluster that this file names')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--dev [url]', 'ask a running "simpul dev" (default: http://127.0.0.1:8081)');
}

/** The paragraph of the help texts. */
export const sourceHelp = `
Asks the cluster of the kubeconfig (--kubeconfig, KUBECONFIG, the pod's account, ~/.kube/config), or a running
"simpul dev" with --dev, and without any kubeconfig by itself.`;
