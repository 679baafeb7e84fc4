import { connect, type Socket } from 'node:net';

/** Sends bytes, gives everything that comes back until the other side closes. `localAddress`: where from. */
export function sendRaw(port: number, text: string, localAddress?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ port, host: '127.0.0.1', ...from }, () => socket.write(text, 'latin1'));
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

/** A connection that a test writes to by hand. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything that has come back. */
  text(): string;
  readonly isClosed: boolean;
}

export function aRawClient(port: number): RawClient {
  const state = { text: '', isClosed: false };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1').on('data', (chunk) => {
    state.text += chunk;
  });
  socket
    .on('error', () => undefined)
    .on('close', () => {
      state.isClosed = true;
    });
  return {
    socket,
    text: () => state.text,
    get isClosed() {
      return state.isClosed;
    },
  };
}
