import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addSourceFlags, type SourceFlags, sourceHelp } from '../source/options.ts';

export function registerExplain(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  addSourceFlags(program.command('explain'))
    .summary('tell why an object is not ready, what it waits for, and what to do')
    .description(
      'Tells how one object stands: every condition, what each reason means, the objects that it refers to and how they\n' +
        'stand, who has to decide or to act, and what to do next.',
    )
    .argument('<object>', 'KIND/NAME or KIND/NAMESPACE/NAME; kinds as kubectl takes them: apiservice, apisvc, ...')
    .addHelpText(
      'after',
      `${sourceHelp}

Examples:
  ${name} explain apisvc/situs -n banten
  ${name} explain subscription/tangerang/dasbor
  ${name} explain tenant/banten --dev

Exit codes: 0 explained, 1 no such object or nobody could be asked, 2 wrong usage.`,
    )
    .action(async (object: string, flags: SourceFlags) => {
      const { printExplanation } = await import('./print-explanation.ts');
      done(await printExplanation(object, flags, context));
    });
}
