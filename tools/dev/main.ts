import { parseArgs } from 'node:util';
import { parsePort, takenPorts } from './ports.ts';
import { ProcessGroup } from './process-group.ts';

interface DevOptions {
  readonly folder: string;
  readonly port: number;
  readonly adminPort: number;
}

/** Runs the example's backend and `simpul dev` side by side until one ends or a signal comes. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === 'string') return refuse([options]);
  const taken = await takenPorts(neededPorts(options));
  if (taken.length > 0) {
    return refuse(
      taken.flatMap(({ port, user, remedy }) => [
        `Port ${port} of 127.0.0.1, needed for ${user}, is taken.`,
        `  Who has it: ss -ltnp 'sport = :${port}'. Then ${remedy}.`,
      ]),
    );
  }
  const ports = ['--port', String(options.port), '--admin-port', String(options.adminPort)];
  const group = new ProcessGroup([
    { program: process.execPath, args: ['examples/banten/backend/main.ts'] },
    { program: 'cli/bin/simpul', args: ['dev', options.folder, ...ports] },
  ]);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => group.stop());
  return await group.ended();
}

/** The options, or what is wrong with them. */
function parseOptions(args: readonly string[]): DevOptions | string {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { port: { type: 'string', default: '8080' }, 'admin-port': { type: 'string', default: '8081' } },
  });
  const port = parsePort(values.port);
  const adminPort = parsePort(values['admin-port']);
  if (port === undefined) return `PORT=${values.port} is no port: give a number from 1 to 65535.`;
  if (adminPort === undefined) return `ADMIN_PORT=${values['admin-port']} is no port: give a number from 1 to 65535.`;
  return { folder: positionals[0] ?? 'examples/banten', port, adminPort };
}

function neededPorts({ port, adminPort }: DevOptions) {
  const other = (name: string, example: number) => `end that program, or take another: make dev ${name}=${example}`;
  return [
    {
      port: 9000,
      user: "the example's backend",
      remedy: 'end that program: examples/banten/banten.yaml names this port',
    },
    { port, user: 'the gateway', remedy: other('PORT', 8090) },
    { port: adminPort, user: 'the status page', remedy: other('ADMIN_PORT', 8091) },
  ];
}

function refuse(lines: readonly string[]): number {
  for (const line of lines) console.error(line);
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
