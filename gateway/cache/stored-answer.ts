import { fieldValue, only, without } from './fields.ts';
import type { Freshness } from './freshness.ts';
import { PackedBodies } from './packed-bodies.ts';

/** What a 304 repeats of the answer that it stands for (RFC 9110, 15.4.5). */
const inNotModified = new Set(['cache-control', 'content-location', 'date', 'etag', 'expires', 'vary', 'via']);
/** Stated anew with each answer. */
const notStored = new Set(['age']);
/** What a 304 does not change about the body that is stored (RFC 9111, 3.2). */
const ofTheBody = ['content-encoding', 'content-type', 'content-range', 'via'];

/** What an object takes beside its bytes, roughly. */
const overheadBytes = 1024;

/** An answer as it was stored, ready to be sent again. */
export class StoredAnswer {
  readonly status: number;
  /** Flat name, value; without Age. */
  readonly fields: readonly string[];
  readonly notModifiedFields: readonly string[];
  readonly body: Buffer;
  readonly freshness: Freshness;
  /** What the request said in the fields of `freshness.vary`, in their order. */
  readonly selectedBy: readonly string[];
  /** Steady milliseconds. */
  readonly storedAt: number;
  readonly etag: string;
  readonly lastModified: string;
  /** Bytes of memory that it counts for; grows when it is compressed. */
  size: number;
  readonly packed: PackedBodies;
  /** Told when `size` has grown; the store sets it. */
  onGrow: (bytes: number) => void = () => undefined;

  constructor(answer: Pick<StoredAnswer, 'status' | 'fields' | 'body' | 'freshness' | 'selectedBy' | 'storedAt'>) {
    this.status = answer.status;
    this.fields = without(answer.fields, notStored);
    this.notModifiedFields = only(this.fields, inNotModified);
    this.body = answer.body;
    this.freshness = answer.freshness;
    this.selectedBy = answer.selectedBy;
    this.storedAt = answer.storedAt;
    this.etag = fieldValue(this.fields, 'etag');
    this.lastModified = fieldValue(this.fields, 'last-modified');
    this.size = overheadBytes + this.body.length + this.fields.reduce((sum, text) => sum + text.length, 0);
    this.packed = new PackedBodies(fieldValue(this.fields, 'content-type'), (bytes) => {
      this.size += bytes;
      this.onGrow(bytes);
    });
  }

  ageMs(now: number): number {
    return this.freshness.initialAgeMs + now - this.storedAt;
  }

  /** Milliseconds for which it is still fresh; below zero: for how long it has not been. */
  leftMs(now: number): number {
    return this.freshness.lifetimeMs - this.ageMs(now);
  }

  /** Was it chosen by the same values? `read`: the value of a request field. */
  answers(read: (name: string) => string): boolean {
    return this.freshness.vary.every((name, i) => read(name) === this.selectedBy[i]);
  }

  /** Its fields with those of the 304 that confirms it (RFC 9111, 3.2). */
  freshenedFields(fields: readonly string[]): string[] {
    const news = without(fields, new Set(ofTheBody));
    const named = new Set(news.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
    return [...without(this.fields, named), ...news];
  }
}
