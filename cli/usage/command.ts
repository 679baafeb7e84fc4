import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.ts';

export interface UsageFlags {
  /** Base URLs of admin ports. */
  readonly gateway: readonly string[];
  readonly tenant?: string;
  readonly api?: string;
  readonly subscription?: string;
  readonly since?: string;
  readonly until?: string;
  readonly output: 'table' | 'json' | 'csv';
}

const usualAddress = 'http://127.0.0.1:8081';

export function registerUsage(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  program
    .command('usage')
    .summary('count calls, errors and bytes by API, plan and Subscription')
    .description(
      'Adds up what gateways have counted: calls, how they ended and by whose fault, and bytes, for each Tenant, API,\n' +
        'plan and Subscription, and for both versions of an API with a canary. Asks the admin port of each gateway that is named, or of a running "simpul dev".',
    )
    .option('--gateway <url>', `admin port of a gateway; repeat it for each pod (default: ${usualAddress})`, append, [])
    .option('--tenant <name>', 'only of APIs that this Tenant provides, or of its Subscriptions')
    .option('--api <namespace/name>', 'only of this ApiService')
    .option('--subscription <namespace/name>', 'only of this Subscription')
    .option('--since <time>', 'only hours from then on: 2026-11-21T08:00Z, or 24h or 7d ago')
    .option('--until <time>', 'only hours before then, in the same forms')
    .option('-o, --output <format>', 'table, json or csv', parseFormat, 'table')
    .addHelpText(
      'after',
      `
Hours are kept for 31 days. Gateways with spec.redis add up there every 10 s what all pods count, so one pod is enough to ask;
without it each pod counts in its memory, and a restart forgets. In a cluster the admin port is reached by
  kubectl port-forward -n NAMESPACE pod/NAME 8081

Examples:
  ${name} usage
  ${name} usage --tenant banten --since 24h
  ${name} usage --since 2026-11-01 --until 2026-11-08 --api banten/penduduk
  ${name} usage -o csv --gateway http://127.0.0.1:8081 --gateway http://127.0.0.1:9081

Exit codes: 0 counted, 1 a gateway could not be asked, 2 wrong usage.`,
    )
    .action(async (flags: UsageFlags) => {
      const { printUsage } = await import('./print-usage.ts');
      const gateway = flags.gateway.length === 0 ? [usualAddress] : flags.gateway;
      done(await printUsage({ ...flags, gateway }, context));
    });
}

function append(url: string, before: readonly string[]): string[] {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new InvalidArgumentError('It is a URL, such as http://127.0.0.1:8081.');
  }
  return [...before, url];
}

function parseFormat(text: string): string {
  if (text === 'table' || text === 'json' || text === 'csv') return text;
  throw new InvalidArgumentError('It is table, json or csv.');
}
