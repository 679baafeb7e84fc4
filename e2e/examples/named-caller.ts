import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { policiesHost } from './policies.ts';

export interface Answered {
  readonly status: number;
  /** Of a refusal. */
  readonly code: unknown;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly ms: number;
}

export interface Call {
  /** Below the base path. */
  readonly path?: string;
  readonly token?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The caller's own address. */
  readonly from?: string;
}

/** One call of examples/policies.yaml as a caller makes it: by the API's name, on port 80, from an address of its own. */
export async function callByName({ path = '', token, from = '10.1.2.3', ...rest }: Call): Promise<Answered> {
  const { method = 'GET', headers } = rest;
  const credential = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const sent = request(`http://${policiesHost}/penduduk/v2${path}`, {
    ...{ method, localAddress: from, family: 4, agent: false },
    // The definition wants it; the ApiService sets it on the way to the backend.
    headers: { 'x-instansi': '99', ...credential, ...headers },
  });
  const start = performance.now();
  const [answer] = (await once(sent.end(), 'response')) as [IncomingMessage];
  const body = await text(answer);
  const ms = performance.now() - start;
  return { status: answer.statusCode ?? 0, code: answer.headers['simpul-code'], headers: answer.headers, body, ms };
}
