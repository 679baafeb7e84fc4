import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { AddressJudge } from '#api/backend-address.ts';
import { CodedError } from '#api/errors.ts';
import { systemClock } from '../clock.ts';
import { buildBackendTls } from '../proxy/backend-tls.ts';
import { buildOpener } from '../proxy/open-socket.ts';
import { SharedLookup } from '../proxy/shared-lookup.ts';
import { KeptConnections } from './kept-connections.ts';
import { Recent } from './recent.ts';

/** An identity provider does not answer as it should. For the log: the message has no secret and nothing of an answer. */
export class ProviderFault extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('GW_KEY_MANAGER_UNREACHABLE', message, options);
  }
}

export interface ProviderClientOptions {
  /** The same judge as for backends: an issuer must not be a way around it. */
  readonly judge: AddressJudge;
  readonly extraCa: readonly string[];
}

/** Whom to call. `ca`: PEM, these authorities alone vouch for it; undefined: the public ones. */
export interface ProviderPlace {
  readonly url: URL;
  readonly ca: string | undefined;
}

export interface ProviderAnswer {
  readonly body: Buffer;
  /** Seconds for which the answer may be kept, by its Cache-Control; undefined: not stated. */
  readonly maxAge: number | undefined;
}

const connectTimeoutMs = 3000;
/** From the first attempt to connect to the last byte. */
const deadlineMs = 5000;
/** Calls are rare, so a name is asked for each time. */
const names = { clock: systemClock, findAddresses: new SharedLookup().find, findTtl: () => undefined };
const maxAnswerBytes = 512 * 1024;

/**
 * Calls identity providers: the address is judged after DNS, redirects are not followed, size and time are bounded.
 * Connections are kept between calls that follow each other soon.
 */
export class ProviderClient {
  readonly #options: ProviderClientOptions;
  readonly #connections = new Recent<KeptConnections>(64);

  constructor(options: ProviderClientOptions) {
    this.#options = options;
  }

  /** The body of a 200; everything else is a {@link ProviderFault}. `ca`: see {@link ProviderPlace}. */
  get(url: URL, signal: AbortSignal, ca?: string): Promise<ProviderAnswer> {
    return this.#call({ url, ca }, { method: 'GET', headers: { accept: 'application/json' } }, signal);
  }

  /** The same of a POST with a form. */
  postForm(
    place: ProviderPlace,
    form: string,
    secretHeaders: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ProviderAnswer> {
    const headers = {
      ...secretHeaders,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(form)),
    };
    return this.#call(place, { method: 'POST', headers }, signal, form);
  }

  async #call(place: ProviderPlace, options: RequestOptions, signal: AbortSignal, body = ''): Promise<ProviderAnswer> {
    const { url } = place;
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    const answer = await this.#exchange(place, { ...options, signal: bounded }, body);
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw new ProviderFault(`${url.href} answers ${answer.statusCode} instead of 200`);
    }
    return { body: await readBounded(answer, url), maxAge: maxAgeOf(answer.headers['cache-control']) };
  }

  /** A kept connection that the provider closes just now has told it nothing, so the question is asked once more. */
  #exchange(place: ProviderPlace, options: RequestOptions, body: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = this.#send(place, options);
      sent.on('response', resolve).on('error', (error: NodeJS.ErrnoException) => {
        if (sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) {
          this.#exchange(place, { ...options, agent: this.#newConnections(place) }, body).then(resolve, reject);
        } else reject(faultOf(place.url, error));
      });
      sent.end(body);
    });
  }

  #send(place: ProviderPlace, options: RequestOptions): ClientRequest {
    const { pathname, search, host, hostname } = place.url;
    return request({
      agent: this.#connectionsTo(place),
      ...options,
      host: hostname,
      path: `${pathname}${search}`,
      setHost: false,
      headers: { host, ...options.headers },
    });
  }

  /** Made once for each place: its TLS settings cost a millisecond, and an endpoint is asked about each token. */
  #connectionsTo(place: ProviderPlace): KeptConnections {
    const key = `${place.url.origin} ${place.ca ?? ''}`;
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const made = this.#newConnections(place);
    this.#connections.set(key, made);
    return made;
  }

  #newConnections({ url, ca = '' }: ProviderPlace): KeptConnections {
    const { judge, extraCa } = this.#options;
    const { origin } = url;
    const tls = buildBackendTls(origin, ca === '' ? undefined : { ca, minVersion: 'TLSv1.2' }, extraCa);
    const opening = { origin, judge, connectTimeoutMs, tls, alpn: 'http/1.1', lends: false, names } as const;
    const { open } = buildOpener(opening, () => undefined);
    return new KeptConnections(open);
  }
}

async function readBounded(answer: IncomingMessage, url: URL): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxAnswerBytes) throw new ProviderFault(`${url.href} answers more than ${maxAnswerBytes} bytes`);
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof ProviderFault ? error : faultOf(url, error);
  }
  return Buffer.concat(pieces);
}

function faultOf(url: URL, cause: unknown): ProviderFault {
  return new ProviderFault(`${url.href} does not answer`, { cause });
}

function maxAgeOf(cacheControl: string | undefined): number | undefined {
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/.exec(cacheControl ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
