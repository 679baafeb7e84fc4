import { type BoundSocket, Socket, type SocketConstructorOpts } from 'node:net';

/** What every lending socket reads into, one after the other. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

type OnBytes = (bytes: Buffer) => void;

/**
 * A socket that lends what it reads: the bytes are overwritten once they were handed over. Else Node.js makes a buffer of
 * 64 KiB for each read and cuts it down, which costs more than all that is done with a small message.
 */
class LendingSocket extends Socket {
  onBytes: OnBytes = () => undefined;

  constructor(options: SocketConstructorOpts) {
    const callback = (length: number) => {
      this.onBytes(readBuffer.subarray(0, length));
      return true;
    };
    super({ ...options, onread: { buffer: readBuffer, callback } });
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

/** Has `onBytes` called with all that `socket` reads, which may be lent, and starts reading. */
export function readFrom(socket: Socket, onBytes: OnBytes): void {
  if (!(socket instanceof LendingSocket)) socket.on('data', onBytes);
  else {
    socket.onBytes = onBytes;
    socket.resume();
  }
}

/** Plain TCP, of which the kernel mostly takes at once what is written. */
export function isLending(socket: Socket): boolean {
  return socket instanceof LendingSocket;
}
