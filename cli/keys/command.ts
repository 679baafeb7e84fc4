import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.ts';
import { addSourceFlags, type SourceFlags, sourceHelp } from '../source/options.ts';

export interface KeysFlags extends SourceFlags {
  readonly show?: boolean;
  readonly output: 'table' | 'key';
}

export function registerKeys(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  addSourceFlags(program.command('keys'))
    .summary('tell where the keys of Subscriptions lie')
    .description(
      'Lists the credentials of Subscriptions and where their keys lie. Values are printed only with --show.',
    )
    .argument('[subscription]', 'name of one Subscription, or namespace/name (default: all)')
    .option('--show', 'print the keys themselves')
    .option(
      '-o, --output <format>',
      'table, or key: nothing but the keys that work, one in a line',
      parseFormat,
      'table',
    )
    .addHelpText(
      'after',
      `${sourceHelp}

Examples:
  ${name} keys
  ${name} keys perizinan -n tangerang
  ${name} keys tangerang/perizinan --show
  curl -H "X-API-Key: $(${name} keys tangerang/perizinan -o key | head -n 1)" http://127.0.0.1:8080/banten/situs/v1

Exit codes: 0 listed, 1 no such Subscription or nobody could be asked, 2 wrong usage.`,
    )
    .action(async (subscription: string | undefined, flags: KeysFlags) => {
      const { printKeys } = await import('./print-keys.ts');
      done(await printKeys(subscription, flags, context));
    });
}

function parseFormat(text: string): string {
  if (text === 'table' || text === 'key') return text;
  throw new InvalidArgumentError('It is table or key.');
}
