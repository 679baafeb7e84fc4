import type { Socket } from 'node:net';

/** A socket under way, and the event that says it is ready. */
export interface Dialed {
  readonly socket: Socket;
  readonly readyEvent: 'connect' | 'secureConnect';
}

/** How long an address may keep the next one waiting (RFC 8305, 5). */
const headStartMs = 250;

/**
 * Tries one address after the other; when one takes its time, the next is tried beside it, and the first that is ready wins
 * (Happy Eyeballs, RFC 8305). Answers once: with the socket, or with why the last one failed. `onFailed` hears which
 * addresses were not ready. {@link cancel} ends it without an answer.
 */
export class Race {
  readonly #addresses: readonly string[];
  readonly #dial: (address: string) => Dialed;
  readonly #onFailed: (address: string) => void;
  #done: ((opened: Socket | Error) => void) | null;
  readonly #running = new Map<Socket, string>();
  #next = 0;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(
    addresses: readonly string[],
    parts: {
      readonly dial: (address: string) => Dialed;
      readonly onFailed: (address: string) => void;
      readonly done: (opened: Socket | Error) => void;
    },
  ) {
    this.#addresses = addresses;
    this.#dial = parts.dial;
    this.#onFailed = parts.onFailed;
    this.#done = parts.done;
    this.#start();
  }

  /** Nobody waits any longer; those that are still under way count as failed. */
  cancel(): void {
    for (const address of this.#running.values()) this.#onFailed(address);
    this.#end();
  }

  #start(): void {
    clearTimeout(this.#timer);
    const address = this.#addresses[this.#next];
    if (address === undefined) return;
    this.#next++;
    const { socket, readyEvent } = this.#dial(address);
    this.#running.set(socket, address);
    socket.once(readyEvent, () => this.#win(socket)).once('error', (error) => this.#lose(socket, error));
    if (this.#next < this.#addresses.length) this.#timer = setTimeout(() => this.#start(), headStartMs);
  }

  #win(socket: Socket): void {
    const done = this.#done;
    if (done === null) return;
    this.#running.delete(socket);
    this.#end();
    socket.removeAllListeners('error');
    done(socket);
  }

  #lose(socket: Socket, error: Error): void {
    const address = this.#running.get(socket);
    if (address === undefined) return;
    this.#running.delete(socket);
    abandon(socket);
    this.#onFailed(address);
    if (this.#next < this.#addresses.length) this.#start();
    else if (this.#running.size === 0) {
      const done = this.#done;
      this.#end();
      done?.(error);
    }
  }

  #end(): void {
    this.#done = null;
    clearTimeout(this.#timer);
    this.#next = this.#addresses.length;
    for (const socket of this.#running.keys()) abandon(socket);
    this.#running.clear();
  }
}

function abandon(socket: Socket): void {
  socket.on('error', () => undefined).destroy();
}
