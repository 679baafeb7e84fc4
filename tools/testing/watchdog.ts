/**
 * Loaded into every test process (`make test`). A test file that does not end, because of a socket, a timer or a
 * child process that it left open, would hold up the whole run without a word: this ends it and says what is open.
 */
const fileTimeoutMs = Number(process.env['SIMPUL_TEST_FILE_TIMEOUT_MS'] ?? 10 * 60_000);

const timer = setTimeout(() => {
  const open = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`${process.argv[1]}: still running after ${fileTimeoutMs / 1000} s. Open: ${open}\n`);
  process.exit(1);
}, fileTimeoutMs);
timer.unref();
