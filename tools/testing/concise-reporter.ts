import { spec } from 'node:test/reporters';

/** The part of a test runner event that this reporter looks at. */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly nesting?: number;
    readonly file?: string;
    readonly counts?: Counts;
    readonly duration_ms?: number;
  };
}

interface Counts {
  readonly tests: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
}

/**
 * Node's `spec` reporter without the lines of tests that passed: one line per file, every failure in full, and the
 * runner's own summary at the end. Diagnostics of a test (`t.diagnostic`) are kept.
 */
export default async function* conciseReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const inner = new spec();
  const written: string[] = [];
  inner.setEncoding('utf8');
  inner.on('data', (chunk: string) => written.push(chunk));
  const starts = new PendingStarts();
  for await (const event of source) {
    if (event.type === 'test:summary' && event.data.file) yield fileLine(event.data);
    for (const wanted of starts.select(event)) inner.write(wanted);
    yield* written.splice(0);
  }
  const ended = new Promise((resolve) => inner.once('end', resolve));
  inner.end();
  await ended;
  yield* written;
}

/**
 * `spec` names a failure by the suites that it stands in, and learns them from `test:start`. Those events are held
 * back here until something in them fails.
 */
class PendingStarts {
  #starts: (TestEvent | undefined)[] = [];

  select(event: TestEvent): readonly TestEvent[] {
    if (event.type === 'test:start') {
      this.#starts.length = event.data.nesting ?? 0;
      this.#starts.push(event);
    }
    if (event.type === 'test:fail') return [...this.#release(event.data.nesting ?? 0), event];
    return passedOn.has(event.type) ? [event] : [];
  }

  #release(nesting: number): TestEvent[] {
    const path = this.#starts.slice(0, nesting + 1).filter((start) => start !== undefined);
    this.#starts = this.#starts.map((start, depth) => (depth <= nesting ? undefined : start));
    return path;
  }
}

const passedOn = new Set(['test:diagnostic', 'test:stdout', 'test:stderr', 'test:summary']);

function fileLine({ file = '', counts, duration_ms: durationMs = 0 }: TestEvent['data']): string {
  const { tests = 0, failed = 0, cancelled = 0, skipped = 0 } = counts ?? {};
  const bad = failed + cancelled;
  const notes = [bad > 0 && `, ${bad} failed`, skipped > 0 && `, ${skipped} skipped`].filter(Boolean).join('');
  const name = file.startsWith(`${process.cwd()}/`) ? file.slice(process.cwd().length + 1) : file;
  const seconds = (durationMs / 1000).toFixed(1);
  return `${bad > 0 ? '✖' : '✔'} ${name}: ${tests} tests${notes} (${seconds} s)\n`;
}
