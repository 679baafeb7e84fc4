import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export interface PromoteFlags {
  readonly from: string;
  readonly to: string;
  readonly environments: string;
  readonly only: readonly string[];
  readonly dryRun?: boolean;
}

export function registerPromote(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  program
    .command('promote')
    .summary('carry APIs and Subscriptions from one environment to the next')
    .description(
      'Takes the ApiServices, Subscriptions and ConfigMaps of one environment (dev, training, prod) and writes them for another: only\n' +
        'namespaces, gateways, hosts, addresses and names of Secrets differ, as a file says. What the other environment has already is\n' +
        'changed in place, with its comments and order, so that a pull request shows the change alone. Secrets, Tenants, ApiGateways,\n' +
        'KeyManagers and Approvals belong to an environment and are never carried over.',
    )
    .requiredOption('--from <environment>', 'where the objects are taken from')
    .requiredOption('--to <environment>', 'where they are written')
    .option('-e, --environments <file>', 'what each thing is called in which environment', 'Environments')
    .option('--only <kind/name>', 'only this object, such as apiservice/situs; repeat it', append, [])
    .option('--dry-run', 'only show the difference')
    .addHelpText(
      'after',
      `
Examples:
  ${name} promote --from dev --to prod --dry-run
  ${name} promote --from dev --to prod --only apiservice/situs -e examples/environments/Environments

Exit codes: 0 written, or nothing differs; 1 something has no name in the other environment; 2 wrong usage.`,
    )
    .action(async (flags: PromoteFlags) => {
      const { runPromote } = await import('./run-promote.ts');
      done(await runPromote(flags, context));
    });
}

function append(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
