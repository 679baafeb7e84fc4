import { type Command, InvalidArgumentError } from 'commander';
import { parseBytes } from '#operator/translate/quantity.ts';
import type { CommandContext } from '../context.ts';

export interface DumpFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly installation: string;
  readonly output?: string;
  readonly logs: boolean;
  readonly since: number;
  readonly maxSize: number;
  readonly metrics: readonly string[];
}

export function registerDump(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  program
    .command('dump')
    .summary('put what a support case needs into one archive, without secrets')
    .description(
      'Collects objects with their statuses, Events, pods, logs, metrics and versions of an installation into a .tar.gz that\n' +
        'can be handed on: values of Secrets, and what looks like one, are left out wherever they stand. Only reads, with your rights;\n' +
        'what you may not read is named in index.json.',
    )
    .option('-n, --namespace <name>', 'only objects of this namespace, beside the installation itself (default: all)')
    .option('--installation <namespace>', 'namespace of the operator', 'simpul-system')
    .option('-o, --output <file>', 'file to write (default: simpul-dump-TIME.tar.gz)')
    .option('--no-logs', 'leave logs of pods out')
    .option('--since <time>', 'logs of the last 30m, 2h ...', parseSince, 3600)
    .option('--max-size <size>', 'most content before compression, such as 64Mi', parseSize, 64 * 2 ** 20)
    .option(
      '--metrics <url>',
      'also /metrics of this port; repeat it (pods are asked through the API server)',
      append,
      [],
    )
    .option('--kubeconfig <file>', 'ask the cluster that this file names')
    .option('--context <name>', 'context of the kubeconfig')
    .addHelpText(
      'after',
      `
Look into the archive before you hand it on: names of institutions, hosts and paths are in it.

Examples:
  ${name} dump
  ${name} dump -n banten --since 2h -o kasus-1234.tar.gz

Exit codes: 0 written (index.json says what is missing), 1 nobody could be asked, 2 wrong usage.`,
    )
    .action(async (flags: DumpFlags) => {
      const { writeDump } = await import('./write-dump.ts');
      done(await writeDump(flags, context));
    });
}

function parseSince(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  if (unit === '') throw new InvalidArgumentError('It is a time such as 30m or 2h.');
  return Number(count) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
}

function parseSize(text: string): number {
  const bytes = parseBytes(text) ?? 0;
  if (bytes > 2 ** 30 || bytes < 2 ** 16) throw new InvalidArgumentError('It is a size from 64Ki to 1Gi.');
  return bytes;
}

function append(url: string, before: readonly string[]): string[] {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new InvalidArgumentError('It is a URL, such as http://127.0.0.1:8081.');
  }
  return [...before, url];
}
