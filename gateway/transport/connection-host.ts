import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { ClientLink } from '../exchange.ts';
import type { Chain } from '../filters/chain.ts';
import type { TransportLimits } from './limits.ts';

/** What a connection needs of its listener. */
export interface ConnectionHost {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  /** From now on each answer is the last of its connection. */
  readonly isDraining: boolean;
}

/** A connection whose bytes are HTTP from now on. */
export interface OpenConnection {
  /** What HTTP is spoken on: TCP, or the TLS on it. */
  readonly socket: Socket;
  readonly link: ClientLink;
  /** The TCP below: a reset of it never looks like an end, whereas TLS says goodbye. */
  readonly raw: Socket;
}
