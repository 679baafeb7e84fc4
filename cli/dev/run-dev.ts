import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describeError } from '#api/errors.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { plural } from '../plural.ts';
import { AdminServer, jsonPage, textPage } from './admin-server.ts';
import { Board } from './board.ts';
import type { DevFlags } from './command.ts';
import { isFree } from './local-gateways.ts';
import { Standalone } from './standalone.ts';
import { defaultStateFolder, StateFolder } from './state-folder.ts';

/** After so long everything is told as it stands, although something has not said yet whether it is ready. */
const patienceMs = 10_000;

/** `simpul dev`: serves until a signal comes. */
export async function runDev(folder: string, flags: DevFlags, { config, terminal }: CommandContext): Promise<number> {
  await requireFolder(folder);
  await requirePort(flags.port, 'the gateway', '--port');
  const state = new StateFolder(resolve(flags.stateDir ?? (await defaultStateFolder(config.stateHome, folder))));
  await state.open();

  const stopped = stopRequested();
  const board = new Board(terminal.out);
  const standalone: Standalone = new Standalone({
    folder,
    state,
    version: config.version,
    port: flags.port,
    reserved: [flags.adminPort],
    logLevel: flags.logLevel,
    accessLog: flags.accessLog === true ? terminal.out : () => undefined,
    onApplied: (report) => board.applied(report),
    onChange: () => refresh(),
    onFolderError: (error) => terminal.err(`${folder}: ${describeError(error)}`),
  });
  const admin = adminServer(standalone);
  const adminUrl = `http://127.0.0.1:${await openAdmin(admin, flags.adminPort)}`;
  let impatient = false;
  const refresh = async (): Promise<void> => {
    const settled = impatient || (await standalone.unready()) === undefined;
    const status = await standalone.status();
    if (board.isShown) board.update(status);
    else if (settled) board.show(status, headOf(standalone, { folder, adminUrl, keys: state.keys }));
  };
  const timer = setTimeout(() => {
    impatient = true;
    standalone.tellSoon();
  }, patienceMs);
  await standalone.start();
  await stopped;
  clearTimeout(timer);
  await standalone.close();
  await admin.close();
  return exitCodes.ok;
}

interface Places {
  readonly folder: string;
  readonly adminUrl: string;
  readonly keys: string;
}

function headOf({ size, gateways }: Standalone, { folder, adminUrl, keys }: Places): string[] {
  const what = `${plural(size.objects, 'object')} in ${plural(size.files, 'file')}`;
  return [
    `Serving ${folder}: ${what}. Edit them, and it follows; Ctrl-C ends.`,
    '',
    ...gateways.ids().map((id) => `  ApiGateway ${id}: ${gateways.urlsOf(id).join(' ') || 'not open yet'}`),
    `  Admin: ${adminUrl} (/readyz, /status, /backends, /metrics, /usage)`,
    `  Keys: ${keys}`,
  ];
}

function adminServer(standalone: Standalone): AdminServer {
  return new AdminServer({
    '/readyz': async () => {
      const reason = await standalone.unready();
      return reason === undefined ? textPage(200, 'ok') : textPage(503, reason);
    },
    '/status': async () => jsonPage(await standalone.status()),
    '/usage': async () => jsonPage(await standalone.gateways.usage()),
    '/backends': async () => jsonPage(standalone.gateways.backends()),
    '/metrics': async () => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: await standalone.metrics(),
    }),
  });
}

async function requireFolder(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => undefined);
  if (info === undefined) throw new CliError('CLI_INPUT', `${folder}: there is no such folder`);
  if (!info.isDirectory()) throw new CliError('CLI_INPUT', `${folder}: this is a file; name the folder that it is in`);
}

async function requirePort(port: number, user: string, flag: string): Promise<void> {
  if (port === 0 || (await isFree(port))) return;
  const who = `ss -ltnp 'sport = :${port}'`;
  const message = `port ${port} of 127.0.0.1, needed for ${user}, is taken. End the program that has it (${who} tells which), or choose another port with ${flag}.`;
  throw new CliError('CLI_PORT', message);
}

async function openAdmin(admin: AdminServer, port: number): Promise<number> {
  await requirePort(port, 'the status page', '--admin-port');
  return (await admin.listen(port)).port;
}

/** Resolves at the first signal; the second one ends the process at once. */
function stopRequested(): Promise<void> {
  return new Promise((done) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(exitCodes.failed);
      asked = true;
      done();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}
