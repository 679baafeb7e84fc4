import { Command, CommanderError } from 'commander';
import { describeError } from '#api/errors.ts';
import { registerBackup, registerRestore } from './backup/command.ts';
import type { CommandContext } from './context.ts';
import { registerDev } from './dev/command.ts';
import { registerDump } from './dump/command.ts';
import { CliError, exitCodes } from './errors.ts';
import { registerExplain } from './explain/command.ts';
import { registerExport } from './export/command.ts';
import { registerImport } from './import/command.ts';
import { registerKeys } from './keys/command.ts';
import { registerPromote } from './promote/command.ts';
import { registerStatus } from './status/command.ts';
import { registerTranslate } from './translate/command.ts';
import { registerUsage } from './usage/command.ts';
import { registerValidate } from './validate/command.ts';

/** Runs the command that `args` name, and gives back the exit code. Never rejects for what a user can do. */
export async function runCli(args: readonly string[], context: CommandContext): Promise<number> {
  let code: number = exitCodes.ok;
  const done = (result: number): void => {
    code = result;
  };
  try {
    await buildProgram(context, done).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeFor(error, context);
  }
}

/** Adds one command to the program. `done` takes the exit code. The work itself is imported only when it is asked for. */
export type Register = (program: Command, context: CommandContext, done: (code: number) => void) => void;

/** In the order in which a newcomer needs them. */
const commands: readonly Register[] = [
  registerDev,
  registerValidate,
  registerTranslate,
  registerImport,
  registerExport,
  registerPromote,
  registerStatus,
  registerExplain,
  registerKeys,
  registerUsage,
  registerDump,
  registerBackup,
  registerRestore,
  registerVersion,
];

function buildProgram(context: CommandContext, done: (code: number) => void): Command {
  const { config, terminal } = context;
  const program = new Command(config.programName)
    .description('Simpul, the government service bus: publish, share and govern APIs from YAML.')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .configureHelp({ helpWidth: 100 })
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`(${config.programName} --help lists all commands and flags)`)
    .version(config.version, '-V, --version', 'print the version')
    .addHelpText('after', examplesOf(config.programName));
  for (const register of commands) register(program, context, done);
  return program;
}

function examplesOf(name: string): string {
  return `
Examples:
  ${name} dev examples/banten            serve a folder of YAML on this machine, with no cluster
  ${name} validate -o json manifests/    find every error before a cluster does
  ${name} status -A                      what is ready, what is not, and why
  ${name} explain apiservice/situs       what one object waits for, and what to do

Exit codes: 0 done, 1 errors were found or it could not be done, 2 wrong usage.`;
}

function registerVersion(program: Command, { config, terminal }: CommandContext): void {
  program
    .command('version')
    .description('print the version of simpul and of the Node.js that runs it')
    .action(() => terminal.out(`simpul ${config.version} (Node.js ${process.versions.node})`));
}

function exitCodeFor(error: unknown, { terminal }: CommandContext): number {
  // Commander has said already what is wrong; help and version end as errors with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof CliError) {
    terminal.err(`Error: ${describeError(error)}`);
    return error.exitCode;
  }
  throw error;
}
