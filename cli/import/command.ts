import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import type { ImportOptions } from './import-openapi.ts';

export function registerImport(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  const group = program
    .command('import')
    .summary('write an ApiService from what describes an API')
    .description('Writes an ApiService from what describes an API.');
  group
    .command('openapi')
    .summary('write the ApiService of an OpenAPI document')
    .description(
      'Writes the ApiService of an OpenAPI document (3.0 or 3.1, JSON or YAML): backend, operations, definition and\n' +
        'validation, with a comment where somebody has to decide. The document goes into the object, or into a ConfigMap\n' +
        'when it is long, so what is served does not change with what stands at the URL. The same document gives the same bytes.',
    )
    .argument('<file>', 'a file, an http or https URL, or - for standard input')
    .option('-o, --output <file>', 'write there instead of to standard output')
    .option('-n, --namespace <name>', "namespace of the Tenant; default: none, so kubectl's own")
    .option('--name <name>', 'name of the ApiService; default: made of the title')
    .option('--gateway <namespace/name>', 'the ApiGateway that serves it', 'simpul-system/public')
    .option('--path <path>', 'base path; default: made of namespace and name')
    .option('--backend <url>', "address of the backend; default: the document's first server")
    .addHelpText(
      'after',
      `
Examples:
  ${name} import openapi penduduk.yaml -n banten --path /banten/penduduk -o penduduk-api.yaml
  ${name} import openapi https://petstore3.swagger.io/api/v3/openapi.json | ${name} validate -

Exit codes: 0 written, 1 the document cannot be used, 2 wrong usage.`,
    )
    .action(async (file: string, options: ImportOptions) => {
      const { importOpenApi } = await import('./import-openapi.ts');
      done(await importOpenApi(file, options, context));
    });
}
