import { flatText } from '../http1/flat-text.ts';
import type { ChannelPool } from './backend-channel.ts';
import type { EndpointState } from './endpoint-state.ts';
import { hashText } from './hash.ts';
import type { SharedPool } from './shared-pool.ts';

/** One place where a backend answers, as one API sees it. */
export class Endpoint {
  readonly authority: string;
  /** The end of the request line for the backend, and the field Host. */
  readonly lineEndAndHost: string;
  /** Path of its URL without trailing slash; what is left of the call's path is joined to it. */
  readonly prefix: string;
  readonly weight: number;
  /** Where it stands in the ranking of keys. */
  readonly seed: number;
  readonly shared: SharedPool;
  readonly state: EndpointState;

  constructor(url: URL, weight: number, parts: { readonly shared: SharedPool; readonly state: EndpointState }) {
    this.authority = url.host;
    this.lineEndAndHost = flatText(` HTTP/1.1\r\nHost: ${url.host}\r\n`);
    this.prefix = url.pathname.replace(/\/+$/, '');
    this.weight = weight;
    this.seed = hashText(url.href);
    this.shared = parts.shared;
    this.state = parts.state;
  }

  get pool(): ChannelPool {
    return this.shared.connections.pool;
  }
}
