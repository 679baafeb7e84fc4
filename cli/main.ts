import { loadConfig } from './config.ts';
import { runCli } from './program.ts';
import { processTerminal } from './terminal.ts';

// `simpul … | head` closes our output early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), { config: loadConfig(), terminal: processTerminal });
