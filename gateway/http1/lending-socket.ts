import { type BoundSocket, Socket, type SocketConstructorOpts } from 'node:net';

const readBytes = 64 * 1024;
/** Less than this is copied out of a buffer of its own, too, so that it does not hold all of that. */
const ownedBytes = 16 * 1024;

/** What sockets read into, one after the other. */
const readBuffer = Buffer.allocUnsafeSlow(readBytes);

/** Takes what was read. `areLent`: the bytes are overwritten once it has returned. */
export type OnBytes = (bytes: Buffer, areLent: boolean) => void;

/**
 * Reads of one socket, by `onread` of net.Socket. They go into the one buffer, which lends its bytes. After one that fills
 * it, the next has a buffer of its own: there is more to come, and to copy all of it would cost more. Not after others, so
 * that no connection holds a buffer while it is idle.
 */
class Reading {
  onBytes: OnBytes = () => undefined;
  into = readBuffer;

  take(length: number): void {
    const { into } = this;
    this.into = length === readBytes ? Buffer.allocUnsafeSlow(readBytes) : readBuffer;
    this.onBytes(into.subarray(0, length), into === readBuffer || length < ownedBytes);
  }
}

/**
 * A socket that lends what it reads. Else Node.js makes a buffer of 64 KiB for each read and cuts it down, which costs more
 * than all that is done with a small message.
 */
class LendingSocket extends Socket {
  readonly reading: Reading;

  constructor(options: SocketConstructorOpts) {
    const reading = new Reading();
    const callback = (length: number) => {
      reading.take(length);
      return true;
    };
    super({ ...options, onread: { buffer: () => reading.into, callback } });
    this.reading = reading;
  }
}

/** A connection to `host`, which is an address. */
export function connectLending(host: string, port: number): Socket {
  return new LendingSocket({ noDelay: true }).connect({ host, port });
}

/**
 * An accepted connection, of which nothing has been read, as a lending socket; the one given is of no more use. Node.js has
 * `onread` for sockets that it connects and not for those that it accepts, so this makes a second one around the same
 * handle, by the option that Node.js itself uses for that. What is no such handle stays as it is: null.
 */
export function lendingFrom(accepted: Socket): Socket | null {
  const owner = accepted as unknown as { _handle: object | null };
  const handle = owner._handle;
  if (handle === null || typeof Reflect.get(handle, 'useUserBuffer') !== 'function') return null;
  owner._handle = null;
  // Typed as what it may be besides: a socket that is only bound.
  const socket = new LendingSocket({ handle: handle as BoundSocket, allowHalfOpen: accepted.allowHalfOpen });
  // Its server counts it no longer; whoever wants to know of the connection's end asks the new one.
  accepted.destroy();
  return socket;
}

/** Has `onBytes` called with all that `socket` reads, and starts reading. */
export function readFrom(socket: Socket, onBytes: OnBytes): void {
  if (!(socket instanceof LendingSocket)) socket.on('data', (bytes: Buffer) => onBytes(bytes, false));
  else {
    socket.reading.onBytes = onBytes;
    socket.resume();
  }
}

/** Plain TCP, of which the kernel mostly takes at once what is written. */
export function isLending(socket: Socket): boolean {
  return socket instanceof LendingSocket;
}
