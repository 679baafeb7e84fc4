import type { Readable } from 'node:stream';
import type { Fault, Reply } from './errors.ts';
import type { Peer } from './router/trusted-proxies.ts';
import type {
  ApiEntry,
  CredentialEntry,
  GatewayEntry,
  OperationEntry,
  PlanEntry,
  SubscriptionEntry,
} from './snapshot/model.ts';

/** The request as a transport hands it over: parsed, but nothing decided. */
export interface RequestHead {
  readonly method: string;
  /** Request target as it came. */
  readonly target: string;
  /** Flat name, value, as they came. */
  readonly rawHeaders: readonly string[];
  readonly peer: Peer;
  /** Steady milliseconds. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/**
 * The client's side of one call. A transport implements it; nothing else knows what carries the bytes. The transport in
 * turn calls {@link Upstream} when the client drains or goes away.
 */
export interface Downstream {
  /** Sends the head of the answer. Flat name, value. Nothing may throw out of here. */
  writeHead(status: number, headers: string[]): void;
  /** False: wait until the transport calls `upstream.resume()`. */
  write(chunk: Uint8Array): boolean;
  /** The answer is complete. */
  end(chunk?: Uint8Array | string): void;
  /** The answer cannot be completed: the connection breaks, so that it never looks complete. */
  abort(): void;
  /** The request body; ends with an error when the client goes away or sends more than `limit` bytes. Once per call. */
  openBody(limit: number): Readable;
}

/** The backend's side of one call, as the transport sees it. */
export interface Upstream {
  /** The client takes more. */
  resume(): void;
  /** The client is gone. */
  abort(): void;
}

/**
 * One call, from head to last byte. Filters read and write it; the fields are the whole state. Every field is assigned
 * in the constructor, so all instances have one shape.
 */
export class Exchange {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly peer: Peer;
  readonly startedAt: number;
  readonly time: number;
  readonly downstream: Downstream;

  // What the head says; filled in by the filter `head`.
  authority = '';
  host = '';
  /** Normalised path, and the query with its question mark as it came. */
  path = '';
  query = '';
  /** -1: not stated. */
  contentLength = -1;
  hasBody = false;

  // Who calls, and under which ids.
  client: Peer;
  peerIsTrusted = false;
  requestId = '';
  traceId = '';
  traceparent = '';

  // Where it goes; null until decided.
  gateway: GatewayEntry | null = null;
  api: ApiEntry | null = null;
  operation: OperationEntry | null = null;
  credential: CredentialEntry | null = null;
  subscription: SubscriptionEntry | null = null;
  plan: PlanEntry | null = null;
  /** Lower-case names of header fields that carried a key and stop here. */
  keyHeaders: readonly string[] = noHeaders;

  // The answer.
  /** Set: answer this, the backend is not called. */
  reply: Reply | null = null;
  /** Fields that filters add to whatever answer goes out; flat name, value. */
  readonly answerHeaders: string[] = [];
  /** Filters have added their fields to the answer. */
  answerPrepared = false;
  /** 0 until a head is sent. */
  status = 0;
  code = '';
  fault: Fault | '' = '';
  /** What went wrong inside, for the log only. */
  cause: unknown = undefined;
  upstream: Upstream | null = null;

  // What was measured.
  bytesIn = 0;
  bytesOut = 0;
  /** Steady milliseconds; 0: the backend was not called. */
  backendStartedAt = 0;
  backendMs = 0;
  /** The client went away before the answer was complete. */
  clientAborted = false;
  finished = false;

  constructor(head: RequestHead, downstream: Downstream) {
    this.method = head.method;
    this.target = head.target;
    this.rawHeaders = head.rawHeaders;
    this.peer = head.peer;
    this.client = head.peer;
    this.startedAt = head.startedAt;
    this.time = head.time;
    this.downstream = downstream;
  }
}

const noHeaders: readonly string[] = [];
