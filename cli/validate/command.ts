import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.ts';

export function registerValidate(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  program
    .command('validate')
    .summary('check YAML files as the API server and the operator would')
    .description(
      'Checks files as the API server would (schema and rules, in the same words) and as the operator would (with all\n' +
        'objects of all files together). Lists every error with file, line and column, and what to do about it. What\n' +
        'refers to objects outside of the files cannot be judged and is a note, not an error.',
    )
    .argument('<file...>', 'files, folders (with what lies below them), or - for standard input')
    .option('-n, --namespace <name>', 'namespace of objects that name none')
    .option('-o, --output <format>', 'text or json', parseFormat, 'text')
    .addHelpText(
      'after',
      `
Examples:
  ${name} validate examples/banten
  ${name} validate -o json manifests/ | jq '.findings[].message'
  kubectl get apiservices.simpul.id -A -o yaml | ${name} validate -

Exit codes: 0 no errors (there may be notes), 1 errors, 2 wrong usage.`,
    )
    .action(async (files: string[], options: { namespace?: string; output: 'text' | 'json' }) => {
      const { validateFiles } = await import('./validate-files.ts');
      done(await validateFiles(files, options, context));
    });
}

function parseFormat(text: string): string {
  if (text === 'text' || text === 'json') return text;
  throw new InvalidArgumentError('It is text or json.');
}
