import assert from 'node:assert/strict';
import type { ObjectKey, ObjectMeta } from '#api/object.ts';
import type { Store, WatchEvent } from '../store.ts';
import { StoreError, type StoreReason } from '../store-error.ts';
import { type Widget, widget, widgetKind, withStatus } from './widget.ts';

/** A store with {@link widgetKind} installed, as the suite wants it. */
export interface StoreUnderTest {
  readonly store: Store;
  /** A version that is too old to watch widgets from. */
  readonly expiredVersion: () => Promise<string>;
}

/** What a case works with: a store and a namespace of its own. */
export interface CaseContext extends StoreUnderTest {
  readonly namespace: string;
  /** A second namespace, for what must not leak. */
  readonly otherNamespace: string;
}

export interface StoreCase {
  readonly name: string;
  readonly run: (context: CaseContext) => Promise<void>;
}

/** Shorthands of one case: widgets of its namespace by name, under a manager. */
export function widgetsOf({ store, namespace }: CaseContext) {
  const meta = (name: string, more: Partial<ObjectMeta> = {}): ObjectMeta => ({ ...more, name, namespace });
  const key = (name: string): ObjectKey => ({ namespace, name });
  return {
    meta,
    key,
    create: (name: string, spec: Widget['spec'], more: Partial<ObjectMeta> = {}) =>
      store.create(widget(meta(name, more), spec), { fieldManager: 'maker' }),
    /** Without `manager`, "maker". */
    apply: (name: string, spec: Widget['spec'], { manager = 'maker', force = false, ...more }: ApplyMore = {}) =>
      store.apply(widget(meta(name, more), spec), { fieldManager: manager, force }),
    applyStatus: (
      name: string,
      status: NonNullable<Widget['status']>,
      { manager = 'maker', force = false, ...more }: ApplyMore = {},
    ) => store.applyStatus(withStatus(meta(name, more), status), { fieldManager: manager, force }),
    get: (name: string) => store.get<Widget>(widgetKind, key(name)),
    remove: (name: string) => store.delete(widgetKind, key(name)),
  };
}

interface ApplyMore extends Partial<ObjectMeta> {
  manager?: string;
  force?: boolean;
}

/** Awaits a StoreError with this reason and gives it back. */
export async function rejected(promise: Promise<unknown>, reason: StoreReason): Promise<StoreError> {
  const error = await promise.then(
    () => assert.fail(`expected ${reason}, but it was accepted`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof StoreError, `expected a StoreError, got ${error}`);
  assert.equal(error.reason, reason, error.message);
  return error;
}

/** A value that must be there. */
export function present<T>(value: T | undefined): T {
  assert.notEqual(value, undefined);
  return value as T;
}

/**
 * Watches widgets from `resourceVersion` until `count` changes have come, and gives them in order; `during` runs after
 * the watch was asked for. Bookmarks are left out.
 */
export async function changes(
  { store, namespace }: CaseContext,
  wanted: { resourceVersion: string; count: number; labelSelector?: string },
  during: () => Promise<unknown> = async () => undefined,
): Promise<(WatchEvent<Widget> & { object: Widget })[]> {
  const { count, ...selection } = wanted;
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(20_000)]);
  const seen: (WatchEvent<Widget> & { object: Widget })[] = [];
  const watching = (async () => {
    for await (const event of store.watch<Widget>(widgetKind, { namespace, ...selection, signal })) {
      if (event.type !== 'BOOKMARK') seen.push(event);
      if (seen.length >= count) return;
    }
  })();
  await Promise.all([watching, during()]);
  controller.abort();
  return seen;
}
