import type { GatewayError } from '../errors.ts';
import type { Exchange, Upstream } from '../exchange.ts';

/**
 * Reads the whole body of the request, up to `limit` bytes, for a filter that has to see it before the backend does;
 * from then on `exchange.body` holds it. Rejects with the GatewayError that refuses the body. When the call ends
 * meanwhile (the client is gone or too slow) the promise is never settled: there is nothing left to do.
 */
export function readWholeBody(exchange: Exchange, limit: number): Promise<Buffer> {
  if (exchange.body !== null) return Promise.resolve(exchange.body);
  return new Promise((resolve, reject) => {
    const keep = (body: Buffer): void => {
      exchange.upstream = null;
      exchange.body = body;
      exchange.bodyLength = body.length;
      resolve(body);
    };
    if (exchange.bodyLength === 0) keep(Buffer.alloc(0));
    else {
      const announced = exchange.bodyLength < 0 ? 1024 : Math.min(exchange.bodyLength, mostRoomAtFirst);
      exchange.upstream = new BodyCollector(announced, keep, reject);
      exchange.downstream.readBody(limit);
    }
  });
}

/** Copies what comes: a piece is a view of a whole read, and a body of tiny pieces would keep all of them. */
class BodyCollector implements Upstream {
  #room: Buffer;
  #length = 0;
  readonly #done: (body: Buffer) => void;
  readonly #failed: (fault: GatewayError) => void;

  constructor(firstRoom: number, done: (body: Buffer) => void, failed: (fault: GatewayError) => void) {
    this.#room = Buffer.allocUnsafe(firstRoom);
    this.#done = done;
    this.#failed = failed;
  }

  onBody(piece: Buffer): boolean {
    const length = this.#length + piece.length;
    if (length > this.#room.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#room.length * 2));
      this.#room.copy(larger, 0, 0, this.#length);
      this.#room = larger;
    }
    piece.copy(this.#room, this.#length);
    this.#length = length;
    return true;
  }

  onBodyEnd(): void {
    this.#done(this.#room.subarray(0, this.#length));
  }

  onBodyFault(fault: GatewayError): void {
    this.#failed(fault);
  }

  abort(): void {
    this.#room = Buffer.alloc(0);
  }

  // Nothing is answered meanwhile, and no deadline is set: the transport ends what stands still.
  resume(): void {}
  expire(): void {}
}

/** A sender may announce much and send nothing. */
const mostRoomAtFirst = 64 * 1024;
