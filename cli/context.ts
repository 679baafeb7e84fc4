import type { CliConfig } from './config.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets beside its own arguments. Each resolves to the exit code. */
export interface CommandContext {
  readonly config: CliConfig;
  readonly terminal: Terminal;
}
