const startedAt = performance.now();

/** One line on standard error with the seconds since the start, so that standard output holds only the result. */
export function progress(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(7);
  process.stderr.write(`${seconds} s  ${text}\n`);
}
