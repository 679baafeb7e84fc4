import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addSourceFlags, type SourceFlags, sourceHelp } from '../source/options.ts';

export interface StatusFlags extends SourceFlags {
  readonly allNamespaces?: boolean;
}

export function registerStatus(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  addSourceFlags(program.command('status'))
    .summary('list what is ready, what is not, and why')
    .description(
      'Lists every object of Simpul with its Ready condition, the ones that are not ready with their reason.',
    )
    .option('-A, --all-namespaces', 'of all namespaces')
    .addHelpText(
      'after',
      `${sourceHelp}

Examples:
  ${name} status -A
  ${name} status -n banten
  ${name} status --dev http://127.0.0.1:9081

Exit codes: 0 listed, 1 nobody could be asked, 2 wrong usage.`,
    )
    .action(async (flags: StatusFlags) => {
      const { printStatus } = await import('./print-status.ts');
      done(await printStatus(flags, context));
    });
}
