import type { ParsedAnswer } from '../http1/answer-head.ts';
import type { BodyLength } from '../http1/syntax.ts';

/** Hears what becomes of its request. After `onAnswerEnd` or `onAnswerFault` it hears nothing more. */
export interface AnswerSink {
  /** The final head; interim answers end here. */
  onAnswer(head: ParsedAnswer): void;
  /** `piece`: see {@link BackendChannel.lends}. False: wait until {@link BackendChannel.resume} is called. */
  onAnswerBody(piece: Buffer): boolean;
  /** `trailers`: flat name, value. */
  onAnswerEnd(trailers?: readonly string[]): void;
  onAnswerFault(error: Error): void;
  /** The backend takes more of the request body. */
  onDrain(): void;
}

/** What a channel needs to know of the request that it sends. */
export interface RequestFrame {
  readonly bodyLength: BodyLength;
  /** Its method is HEAD: no body follows the answer. */
  readonly toHead: boolean;
  /** It asks to change the protocol: a 101 is an answer, and then bytes go both ways until either side ends. */
  readonly upgrades: boolean;
  /** Steady milliseconds by which the call is over; gRPC backends are told. */
  readonly deadline: number;
}

/** Carries one call at a time to a backend: a connection of HTTP/1.1, or a stream of HTTP/2. */
export interface BackendChannel {
  /** It has served a call before, so the backend may be closing it this very moment. */
  readonly isReused: boolean;
  /** The backend may refuse a request unseen, so that it may be sent again whatever it is ({@link RequestUnprocessed}). */
  readonly mayRefuse: boolean;
  /** Something of the current answer has come. */
  readonly hasAnswered: boolean;
  /** The bytes of a piece are overwritten once it was handed over: who keeps it copies it. */
  readonly lends: boolean;
  /** Begins a call; `head` is the whole request head as HTTP/1.1 writes it. */
  begin(call: AnswerSink, head: string, request: RequestFrame): void;
  /** A piece of the request body. False: wait for `onDrain`. */
  write(piece: Buffer): boolean;
  /** The request is complete. */
  end(): void;
  resume(): void;
  /** Nobody wants the answer that comes. */
  discard(): void;
  /** Ends it now; its call hears nothing more. */
  destroy(): void;
}

/** A call that wants a channel. */
export interface ChannelTaker {
  /** It is over before it began: pass it by. */
  readonly isDone: boolean;
  onConnection(channel: BackendChannel): void;
  onNoConnection(error: Error): void;
}

/** The channels to one origin. */
export interface ChannelPool {
  /** Connections that carry calls, or may. */
  readonly size: number;
  /** Whether one more call may change the protocol. */
  readonly takesTunnels: boolean;
  /** Hands `taker` a channel, at once where one is free. */
  acquire(taker: ChannelTaker): void;
  /** As acquire, but on a connection that has served no call before. */
  acquireFresh(taker: ChannelTaker): void;
  /** `taker` wants none any more. */
  forget(taker: ChannelTaker): void;
  /** Connections to other addresses take no call any more. */
  keepOnly(addresses: ReadonlySet<string>): void;
  /** Closes what has been free for too long; called every second. */
  sweep(): void;
  /** No call comes any more: free connections close now, the others after their calls. */
  close(): void;
  /** Cuts everything. */
  destroy(): void;
}
