import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export function registerTranslate(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  program
    .command('translate')
    .summary('print what gateways would be told, and every status')
    .description(
      'Prints, as YAML, the compiled objects that the operator would write for each gateway, and the status of every\n' +
        'object, as far as they can be told without gateways. Secrets are redacted. The same files give the same bytes.',
    )
    .argument('<file...>', 'files, folders (with what lies below them), or - for standard input')
    .option('-n, --namespace <name>', 'namespace of objects that name none')
    .addHelpText(
      'after',
      `
Examples:
  ${name} translate examples/banten
  diff <(git show HEAD:api.yaml | ${name} translate -) <(${name} translate api.yaml)

Exit codes: 0 printed, 1 some objects are left out because they have errors, 2 wrong usage.`,
    )
    .action(async (files: string[], options: { namespace?: string }) => {
      const { translateFiles } = await import('./translate-files.ts');
      done(await translateFiles(files, options, context));
    });
}
