import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.ts';

export function registerDev(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  program
    .command('dev')
    .summary('serve a folder of YAML on this machine, with no cluster')
    .description(
      'Runs the operator and one gateway for each ApiGateway in this process, over the YAML files of a folder and of\n' +
        'what lies below it. Files are watched: an edit takes effect at once, an object that is removed is deleted. A\n' +
        'file with an error is reported, and what was served before keeps being served. Approvals always count here.',
    )
    .argument('<folder>', 'folder of YAML files')
    .option('--port <port>', 'port of the first gateway; further ones take the next free ones; 0: any', parsePort, 8080)
    .option('--admin-port <port>', 'port of /readyz, /status, /backends, /metrics and /usage; 0: any', parsePort, 8081)
    .option('--state-dir <folder>', 'where keys are kept between runs (default: a folder of its own in ~/.local/state)')
    .option('--access-log', 'print one line of JSON for each call')
    .option('--log-level <level>', 'of the operator and the gateways: debug, info, warn, error', parseLevel, 'error')
    .addHelpText(
      'after',
      `
Examples:
  ${name} dev examples/banten
  ${name} dev . --port 9080 --admin-port 9081 --access-log
  curl http://127.0.0.1:8081/readyz      200 once every object is Ready or has said why not

Ctrl-C ends it. Exit codes: 0 ended, 1 a port or the folder cannot be used, 2 wrong usage.`,
    )
    .action(async (folder: string, options: DevFlags) => {
      const { runDev } = await import('./run-dev.ts');
      done(await runDev(folder, options, context));
    });
}

export interface DevFlags {
  readonly port: number;
  readonly adminPort: number;
  readonly stateDir?: string;
  readonly accessLog?: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 65_536;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function parseLevel(text: string): string {
  if (['debug', 'info', 'warn', 'error'].includes(text)) return text;
  throw new InvalidArgumentError('It is debug, info, warn or error.');
}
