import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import type { ExportOptions } from './export-openapi.ts';

export function registerExport(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  const group = program
    .command('export')
    .summary('write what others need of an ApiService')
    .description('Writes what others need of an ApiService.');
  group
    .command('openapi')
    .summary('write the OpenAPI document of an ApiService for its callers')
    .description(
      'Writes the OpenAPI document of an ApiService as its callers need it: its definition with the addresses of the\n' +
        'gateway, the credentials that the gateway asks for, and only the operations that pass. The files must hold the\n' +
        'ApiService, and the ConfigMap and KeyManagers that it refers to. The same files give the same bytes.',
    )
    .argument('<file...>', 'files, folders (with what lies below them), or - for standard input')
    .option('--api <name>', 'which ApiService, as NAME or NAMESPACE/NAME; needed when there are several')
    .option('-n, --namespace <name>', 'namespace of objects that name none')
    .option('--server <url>', 'scheme, host and port that callers use; default: https and the hosts of the ApiService')
    .option('-o, --output <file>', 'write there instead of to standard output')
    .option('--json', 'JSON instead of YAML; default for files named .json')
    .addHelpText(
      'after',
      `
Examples:
  ${name} export openapi examples/banten --api banten/situs --server https://api.bantenprov.go.id -o situs.yaml
  kubectl get apisvc,cm,keym -A -o yaml | ${name} export openapi - --api banten/situs

Exit codes: 0 written, 1 there is no such ApiService or document, 2 wrong usage.`,
    )
    .action(async (files: string[], options: ExportOptions) => {
      const { exportOpenApi } = await import('./export-openapi.ts');
      done(await exportOpenApi(files, options, context));
    });
}
