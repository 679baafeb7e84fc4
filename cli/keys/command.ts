import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addSourceFlags, type SourceFlags, sourceHelp } from '../source/options.ts';

export interface KeysFlags extends SourceFlags {
  readonly show?: boolean;
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
    .addHelpText(
      'after',
      `${sourceHelp}

Examples:
  ${name} keys
  ${name} keys perizinan -n tangerang
  ${name} keys tangerang/perizinan --show

Exit codes: 0 listed, 1 no such Subscription or nobody could be asked, 2 wrong usage.`,
    )
    .action(async (subscription: string | undefined, flags: KeysFlags) => {
      const { printKeys } = await import('./print-keys.ts');
      done(await printKeys(subscription, flags, context));
    });
}
