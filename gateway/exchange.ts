import type { Flight } from './cache/flight.ts';
import type { Fault, GatewayError, Reply } from './errors.ts';
import type { FieldMemory } from './field-memory.ts';
import type { TokenIdentity } from './identity/token-claims.ts';
import type { TakenSlots } from './limits/slot-admission.ts';
import type { BodySample } from './log/body-sample.ts';
import type { Peer } from './router/trusted-proxies.ts';
import type {
  ApiEntry,
  CredentialEntry,
  GatewayEntry,
  OperationEntry,
  PlanEntry,
  VariantEntry,
} from './snapshot/model.ts';
import type { Proofs } from './snapshot/proofs.ts';
import type { SubscriptionEntry } from './snapshot/subscription-entry.ts';
import type { ClientCertificate } from './tls/client-certificate.ts';
import type { CallSpan } from './tracing/call-span.ts';

/** What is known of a client's connection once it stands. Made once for each; all its calls share it. */
export interface ClientLink {
  readonly peer: Peer;
  readonly isTls: boolean;
  /** Else HTTP/1.1 or 1.0. */
  readonly isHttp2: boolean;
  /** Verified; null: the listener asks for none, or the client has shown none. */
  readonly certificate: ClientCertificate | null;
  /** Why no call of this connection is served; null: they are. */
  readonly fault: GatewayError | null;
}

/** The request as a transport hands it over: parsed, but nothing decided. */
export interface RequestHead {
  readonly method: string;
  /** Request target as it came. */
  readonly target: string;
  /** With the fields as they came, flat name, value. */
  readonly memory: FieldMemory;
  /** Bytes of the body; -1: not known before it ends. */
  readonly bodyLength: number;
  /** Names that its Connection field lists, lower case: fields that stop here. */
  readonly connectionNames: readonly string[];
  /** Set: what came is no request that can be served; the filter `head` refuses it with this. */
  readonly headFault: GatewayError | null;
  readonly link: ClientLink;
  /** Steady milliseconds. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/**
 * The client's side of one call. A transport implements it; nothing else knows what carries the bytes. The transport in
 * turn calls {@link Upstream}.
 */
export interface Downstream {
  /**
   * Begins the answer. `fields`: flat name, value, of the answer itself, without Content-Length and what else is about
   * the connection; `bodyLength`: bytes, -1 when it is not known (of an answer without a body: what Content-Length would
   * be). After a 101 `write` and `readBody` carry the bytes of `upgrade` both ways until either side ends.
   * The transport, which comes last, has the filters prepare the answer, adds `exchange.answerHeaders` behind `fields`,
   * sets `exchange.status`, and counts `exchange.bytesOut`: so what stands in between sees and keeps the answer alone.
   */
  writeHead(status: number, fields: readonly string[], bodyLength: number): void;
  /** False: wait until the transport calls `upstream.resume()`. */
  write(piece: Buffer): boolean;
  /** As write, of bytes that are overwritten once it has returned; where it is missing, they are copied before. */
  writeLent?(piece: Buffer): boolean;
  /** The answer is complete. `trailers`: flat name, value; dropped where the client's protocol cannot carry them. */
  end(trailers?: readonly string[]): void;
  /** The answer cannot be completed: the connection breaks, so that it never looks complete. */
  abort(): void;
  /** From now on the body of the request goes to `upstream`, up to `limit` bytes. Once per call. */
  readBody(limit: number): void;
  /** Calls `upstream.expire()` unless the call has ended by then. `now`: steady milliseconds. */
  setDeadline(now: number, ms: number): void;
  /** `upstream` takes more of the body after it said that it does not. */
  resumeBody(): void;
}

/** The backend's side of one call, as the transport sees it. */
export interface Upstream {
  /** The client takes more. */
  resume(): void;
  /** The client is gone. */
  abort(): void;
  /** The next piece of the request body. False: wait until `downstream.resumeBody()` is called. */
  onBody(piece: Buffer): boolean;
  onBodyEnd(): void;
  /** The deadline has passed. */
  expire(): void;
  /** The body is not what it should be, and nothing more of it comes. */
  onBodyFault(fault: GatewayError): void;
}

/**
 * One call, from head to last byte. Filters read and write it; the fields are the whole state. Every field is assigned
 * in the constructor, so all instances have one shape.
 */
export class Exchange {
  readonly method: string;
  readonly target: string;
  /** Flat name, value. The cache puts its own conditions in the place of the client's. */
  rawHeaders: readonly string[];
  /** About the fields as they came. */
  readonly memory: FieldMemory;
  readonly peer: Peer;
  readonly isTls: boolean;
  readonly isHttp2: boolean;
  /** The client's own, verified; null: none. A bad one goes no further than the filter `head`. */
  readonly clientCertificate: ClientCertificate | null;
  readonly startedAt: number;
  readonly time: number;
  /**
   * Whoever gives an answer writes it here. A filter that changes answers puts itself in front during `onRequest`; the
   * filter that ran last sees the backend's answer first.
   */
  downstream: Downstream;

  /** Bytes; -1: not known before it ends. */
  bodyLength: number;
  /** The whole body, once a filter has read it (`readWholeBody`); null: it is still with the transport. */
  body: Buffer | null = null;
  readonly connectionNames: readonly string[];
  readonly headFault: GatewayError | null;

  // What the head says; filled in by the filter `head`.
  authority = '';
  host = '';
  /** Normalised path, and the query with its question mark as it came. */
  path = '';
  query = '';
  /** The protocol that the client wants to change to, lower case; empty: none. */
  upgrade = '';

  // Who calls, and under which ids.
  client: Peer;
  peerIsTrusted = false;
  requestId = '';
  traceId = '';
  /** For the backend. */
  traceparent = '';
  /** The trace is the caller's, and its tracestate goes on. */
  continuesTrace = false;
  /** Null: the call is not traced. */
  span: CallSpan | null = null;

  // Where it goes; null until decided.
  gateway: GatewayEntry | null = null;
  api: ApiEntry | null = null;
  operation: OperationEntry | null = null;
  credential: CredentialEntry | null = null;
  subscription: SubscriptionEntry | null = null;
  plan: PlanEntry | null = null;
  /** Set: this backend gets the call, instead of the API's own. */
  variant: VariantEntry | null = null;
  /** Claims of the caller's verified token; null: it showed none. */
  claims: Readonly<Record<string, unknown>> | null = null;
  /** Set: the API looked at proofs, and the fields that may carry them stop here. */
  proofs: Proofs | null = null;
  /** What the caller's token says; null: it came with none. */
  token: TokenIdentity | null = null;

  // The answer.
  /** Set: answer this, the backend is not called. */
  reply: Reply | null = null;
  /** Fields that filters add to whatever answer goes out; flat name, value. */
  readonly answerHeaders: string[] = [];
  /** Filters have added their fields to the answer. */
  answerPrepared = false;
  /** 0 until a head is sent; the transport sets it. */
  status = 0;
  /** The status of a gRPC call, which HTTP only carries; -1: it is none. */
  grpcStatus = -1;
  code = '';
  fault: Fault | '' = '';
  /** The first rule of the definition that the call or its answer breaks, for the log; empty: none, or nobody looked. */
  brokenRule = '';
  /** What went wrong inside, for the log only. */
  cause: unknown = undefined;
  upstream: Upstream | null = null;
  /** Set: limits over calls at the same time that this one counts in. */
  slots: TakenSlots | null = null;
  /** Set: the bodies of this call are logged. */
  bodySample: BodySample | null = null;
  /** Others wait for the answer to this call. */
  cacheFlight: Flight | null = null;
  /** What the cache did, as in the log: `hit`, `miss` …; empty: there is none. */
  cacheOutcome = '';
  /** Answered from the definition. */
  mocked = false;
  /** What a drill has done to the call; empty: nothing. */
  drill: '' | 'delay' | 'abort' | 'delay+abort' = '';

  // What was measured.
  bytesIn = 0;
  /** Bytes of the answer's body as they go to the client. */
  bytesOut = 0;
  /** Steady milliseconds; 0: the backend was not called. */
  backendStartedAt = 0;
  backendMs = 0;
  /** Host and port of the endpoint that was called last; empty: none. */
  backend = '';
  /** How often the call was begun at an endpoint. */
  attempts = 0;
  /** From the head of the request to the last byte of the answer; set at the end. */
  totalMs = 0;
  /** The client went away before the answer was complete. */
  clientAborted = false;
  finished = false;

  constructor(head: RequestHead, downstream: Downstream) {
    this.method = head.method;
    this.target = head.target;
    this.rawHeaders = head.memory.fields;
    this.memory = head.memory;
    this.peer = head.link.peer;
    this.client = head.link.peer;
    this.isTls = head.link.isTls;
    this.isHttp2 = head.link.isHttp2;
    this.clientCertificate = head.link.certificate;
    this.startedAt = head.startedAt;
    this.time = head.time;
    this.bodyLength = head.bodyLength;
    this.connectionNames = head.connectionNames;
    this.headFault = head.headFault;
    this.downstream = downstream;
  }
}
