import type { KubeObject } from '#api/object.ts';
import { LineSplitter } from './line-splitter.ts';
import { dropManagedFields } from './managed-fields.ts';
import { errorFromStatus } from './status-error.ts';
import type { WatchEvent } from './store.ts';
import { StoreError } from './store-error.ts';

/** etcd takes objects of at most 1.5 MiB; JSON escapes can make them larger on the wire. */
const maxLineBytes = 16 * 1024 * 1024;

/**
 * The events of a watch's bytes. Ends when the server ends the stream between two lines; within a line it throws
 * `Unreachable`. An ERROR event is thrown as the StoreError that its Status stands for.
 */
export async function* readWatchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>> {
  const splitter = new LineSplitter(maxLineBytes);
  for await (const chunk of unbroken(body)) {
    for (const line of splitter.push(chunk)) yield parseEvent<T>(line);
  }
  if (splitter.unfinished) throw new StoreError('Unreachable', 'the watch ended within a line');
}

async function* unbroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError('Unreachable', 'the watch broke', { cause: error });
  }
}

interface WireEvent<T> {
  readonly type: string;
  readonly object: T;
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const { type, object } = parseLine<T>(line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: dropManagedFields(object) };
    case 'BOOKMARK':
      return { type, resourceVersion: object.metadata.resourceVersion ?? '' };
    case 'ERROR':
      throw errorFromStatus(object);
    default:
      throw new StoreError('InternalError', `the watch sent an event of unknown type "${type}"`);
  }
}

function parseLine<T>(line: string): WireEvent<T> {
  try {
    const parsed = JSON.parse(line) as Partial<WireEvent<T>> | null;
    if (typeof parsed?.type === 'string' && typeof parsed.object === 'object' && parsed.object !== null) {
      return { type: parsed.type, object: parsed.object };
    }
  } catch (error) {
    throw new StoreError('InternalError', 'the watch sent a line that is not JSON', { cause: error });
  }
  throw new StoreError('InternalError', 'the watch sent a line that is no event');
}
