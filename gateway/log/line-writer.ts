import { fstatSync, write } from 'node:fs';
import { Socket } from 'node:net';
import type { Clock } from '../clock.ts';

/** Lines wait at most this long. */
const flushEveryMs = 100;
/** More waiting bytes than this are written at once. */
const flushBytes = 64 * 1024;
/** More than this is dropped and counted: a log that nobody reads must not stop calls or fill the memory. */
const maxWaitingBytes = 16 * 1024 * 1024;
const closeWithinMs = 1000;

/**
 * Writes lines to a file descriptor in few, large, asynchronous writes: calls never wait for the log. Lines of one writer
 * keep their order; they are ASCII. Where lines are missing, one says how many: `{"msg":"gap","lost":123,…}`. Call
 * {@link close} before the process ends.
 */
export class LineWriter {
  /** Lines that were given up because the descriptor took too little, or nothing any more. */
  lost = 0;
  readonly #descriptor: number;
  readonly #clock: Pick<Clock, 'now'>;
  /** Made at the first line, so that a writer without lines leaves the descriptor alone. */
  #send: Send | undefined = undefined;
  #waiting = '';
  #writing: Buffer | null = null;
  #gap: Gap | null = null;
  #timer: NodeJS.Timeout | undefined = undefined;
  #closed = false;
  #onIdle: () => void = () => undefined;

  constructor(descriptor: number, clock: Pick<Clock, 'now'>) {
    this.#descriptor = descriptor;
    this.#clock = clock;
  }

  /** `line` without its line end; several lines may come at once, with how many they are. */
  readonly write = (line: string, lines = 1): void => {
    if (this.#closed || this.#waiting.length > maxWaitingBytes) {
      this.#lose(lines);
      return;
    }
    if (this.#gap !== null) this.#tellGap(this.#gap);
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= flushBytes) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), flushEveryMs);
  };

  /** Something is not written yet. */
  get isBehind(): boolean {
    return this.#writing !== null || this.#waiting !== '';
  }

  /** Writes what waits and takes no more. A reader that has stopped reading is waited for only a moment. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#gap !== null) this.#tellGap(this.#gap);
    this.#flush();
    if (this.#writing === null) return;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), closeWithinMs);
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      giveUp.signal.addEventListener('abort', () => resolve());
    });
    clearTimeout(timer);
  }

  #lose(lines: number): void {
    this.lost += lines;
    this.#gap ??= { lost: 0, since: this.#clock.now() };
    this.#gap.lost += lines;
  }

  /** Stands exactly where the lines are missing. */
  #tellGap({ lost, since }: Gap): void {
    this.#gap = null;
    const [time, until] = [since, this.#clock.now()].map((ms) => new Date(ms).toISOString());
    this.#waiting += `{"level":"warn","time":"${time}","msg":"gap","lost":${lost},"until":"${until}"}\n`;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing !== null || this.#waiting === '') return;
    this.#writing = Buffer.from(this.#waiting, 'latin1');
    this.#waiting = '';
    this.#continue();
  }

  #continue(): void {
    const chunk = this.#writing;
    if (chunk === null) return;
    this.#send ??= senderFor(this.#descriptor);
    this.#send(chunk, (error, written) => this.#written(chunk, error, written));
  }

  #written(chunk: Buffer, error: NodeJS.ErrnoException | null, written: number): void {
    if (error?.code === 'EAGAIN') {
      setTimeout(() => this.#continue(), flushEveryMs);
      return;
    }
    // Any other error: the reader is gone, and the lines with it.
    if (error !== null) this.#lose(linesIn(chunk));
    const rest = error === null ? chunk.subarray(written) : chunk.subarray(chunk.length);
    this.#writing = rest.length === 0 ? null : rest;
    if (this.#writing !== null) this.#continue();
    else this.#flush();
    if (this.#writing === null) this.#onIdle();
  }
}

/** Lines that are missing in a row. `since`: milliseconds since the epoch. */
interface Gap {
  lost: number;
  readonly since: number;
}

/** Without those that tell of a gap: what they tell is counted already. */
function linesIn(chunk: Buffer): number {
  return occurrences(chunk, '\n') - occurrences(chunk, '"msg":"gap"');
}

function occurrences(chunk: Buffer, text: string): number {
  let count = 0;
  for (let at = chunk.indexOf(text); at >= 0; at = chunk.indexOf(text, at + 1)) count++;
  return count;
}

type Send = (chunk: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void;

/**
 * Files are written by Node's thread pool. A pipe must not be: a reader that stands still would block a thread of the
 * pool, and with it the end of the process. As a socket it is non-blocking.
 */
function senderFor(descriptor: number): Send {
  const kind = fstatSync(descriptor);
  if (!kind.isFIFO() && !kind.isSocket()) return (chunk, done) => write(descriptor, chunk, done);
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  socket.on('error', () => undefined).unref();
  return (chunk, done) => {
    socket.write(chunk, (error) => done(error ?? null, chunk.length));
  };
}
