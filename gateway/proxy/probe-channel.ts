import { AnswerMemory } from './answer-memory.ts';
import type { BackendChannel } from './backend-channel.ts';
import { BackendConnection, type ConnectionOwner } from './backend-connection.ts';
import type { OpenSocket } from './connection-pool.ts';
import type { Http2SessionOwner, OpenSession } from './http2-session.ts';

/** A channel for one question, and what ends it with everything below it. */
export interface ProbeChannel {
  readonly channel: BackendChannel;
  readonly end: () => void;
}

/** Opens a channel for one question, beside the pool. */
export type OpenProbe = (done: (opened: ProbeChannel | Error) => void) => void;

const nobody: ConnectionOwner & Http2SessionOwner = {
  heads: new AnswerMemory(),
  onFree: () => undefined,
  onTunnel: () => undefined,
  onGone: () => undefined,
};

/** By HTTP/1.1. */
export function probeByConnection(open: OpenSocket): OpenProbe {
  return (done) =>
    open((opened) => {
      if (opened instanceof Error) done(opened);
      else {
        const channel = new BackendConnection(opened, nobody);
        done({ channel, end: () => channel.destroy() });
      }
    });
}

/** By HTTP/2. */
export function probeByStream(open: OpenSession): OpenProbe {
  return (done) =>
    open(nobody, (opened) =>
      done(opened instanceof Error ? opened : { channel: opened.open(), end: () => opened.destroy() }),
    );
}
