import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { StoreError } from './store-error.ts';
import type { LineTarget } from './watch-line.ts';

/** A TLS connection to `url`, verified, with HTTP/2 offered. Both `opening` and the connect time-out bound it. */
export async function connectSocket(url: URL, { tls, limits }: LineTarget, opening: AbortSignal): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const servername = tls.servername ?? (isIP(host) === 0 ? host : '');
  const socket = connect({
    ...tls,
    ...{ host, port: Number(url.port === '' ? 443 : url.port), servername },
    ...(servername === '' ? {} : { servername }),
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  const give = (what: string) => () => socket.destroy(new StoreError('Unreachable', `${url.origin}: ${what}`));
  const onTimeout = give(`no connection within ${limits.connectTimeoutMs / 1000} s`);
  const onAbort = give('connecting was given up');
  const timer = setTimeout(onTimeout, limits.connectTimeoutMs);
  opening.addEventListener('abort', onAbort, { once: true });
  try {
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 15_000);
    return socket;
  } finally {
    clearTimeout(timer);
    opening.removeEventListener('abort', onAbort);
  }
}
