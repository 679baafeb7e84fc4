/** Where a command writes. Tests pass a recorder. */
export interface Terminal {
  /** Results, to standard output; a newline is added. */
  out(text: string): void;
  /** Everything else, to standard error; a newline is added. */
  err(text: string): void;
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};
