import { type BoundSocket, connect, Socket, type SocketConstructorOpts } from 'node:net';

/** What every lending socket reads into, one after the other. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/*
 * The `data` of these sockets lends its bytes: they are overwritten once the event is over. Else Node.js makes a buffer of
 * 64 KiB for each read and cuts it down, which costs more than all that is done with a small message.
 */

/** A connection to `host`, which is an address. */
export function connectLending(host: string, port: number): Socket {
  const onread = reader((bytes) => socket.emit('data', bytes));
  const socket = connect({ host, port, noDelay: true, onread });
  return socket;
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
  const socket = new Socket({
    // Typed as what it may be besides: a socket that is only bound.
    handle: handle as BoundSocket,
    allowHalfOpen: accepted.allowHalfOpen,
    onread: reader((bytes) => socket.emit('data', bytes)),
  });
  // Its server counts it no longer; whoever wants to know of the connection's end asks the new one.
  accepted.destroy();
  return socket;
}

function reader(onBytes: (bytes: Buffer) => void): NonNullable<SocketConstructorOpts['onread']> {
  const callback = (length: number) => {
    onBytes(readBuffer.subarray(0, length));
    return true;
  };
  return { buffer: readBuffer, callback };
}
