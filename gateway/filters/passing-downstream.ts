import type { Downstream } from '../exchange.ts';

/** Hands everything on as it is; what stands in front of answers overrides what it changes. */
export class PassingDownstream implements Downstream {
  readonly next: Downstream;

  constructor(next: Downstream) {
    this.next = next;
  }

  writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    this.next.writeHead(status, fields, bodyLength);
  }

  write(piece: Buffer): boolean {
    return this.next.write(piece);
  }

  end(trailers?: readonly string[]): void {
    this.next.end(trailers);
  }

  abort(): void {
    this.next.abort();
  }

  readBody(limit: number): void {
    this.next.readBody(limit);
  }

  setDeadline(now: number, ms: number): void {
    this.next.setDeadline(now, ms);
  }

  resumeBody(): void {
    this.next.resumeBody();
  }
}
