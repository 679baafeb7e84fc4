import type { KubeObject } from '#api/object.ts';
import type { ListPage } from '../store.ts';
import { Fields, ProtobufError } from './fields.ts';

/** What to ask the API server for. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

/** Begins each message of the API server; a `runtime.Unknown` with the object in it follows. */
const magic = Buffer.from('k8s\0');

/** Takes one field into the object that its message becomes. */
type Take = (fields: Fields, into: Record<string, unknown>, name: string) => void;

/** By the numbers of its fields: their names in JSON, and what they are. What is not here is passed over. */
type Message = ReadonlyMap<number, readonly [name: string, take: Take]>;

/** Protobuf writes empty fields where JSON leaves them out. */
const text: Take = (fields, into, name) => {
  const value = fields.text();
  if (value !== '') into[name] = value;
};

const texts: Take = (fields, into, name) => append(into, name, fields.text());

const flag: Take = (fields, into, name) => {
  into[name] = fields.integer() === 1;
};

const integer: Take = (fields, into, name) => {
  const value = fields.integer();
  if (value !== 0) into[name] = value;
};

/** Where JSON has 0, too. */
const anyInteger: Take = (fields, into, name) => {
  into[name] = fields.integer();
};

/** Objects that are listed together were often made together, and writing a time costs as much as half an object. */
let lastTime = { seconds: 0, text: '' };

const time: Take = (fields, into, name) => {
  const { seconds = 0 } = read(fields.message(), timestamp) as { seconds?: number };
  if (seconds === 0) return; // the zero time
  if (seconds !== lastTime.seconds) {
    lastTime = { seconds, text: `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` };
  }
  into[name] = lastTime.text;
};

const one =
  (message: Message): Take =>
  (fields, into, name) => {
    into[name] = read(fields.message(), message);
  };

const many =
  (message: Message): Take =>
  (fields, into, name) =>
    append(into, name, read(fields.message(), message));

/** Each entry of a map is a message of key and value; either is left out when it is empty. */
const map =
  (readValue: (fields: Fields) => string): Take =>
  (fields, into, name) => {
    into[name] ??= {};
    const entry = fields.message();
    let [key, value] = ['', ''];
    while (entry.next()) {
      if (entry.number === 1) key = entry.text();
      else if (entry.number === 2) value = readValue(entry);
    }
    (into[name] as Record<string, string>)[key] = value;
  };

// Numbers: generated.proto of k8s.io/api/core/v1 and k8s.io/apimachinery/pkg/apis/meta/v1. They never change.

const timestamp: Message = new Map([[1, ['seconds', integer]]]);

const ownerReference: Message = new Map([
  [1, ['kind', text]],
  [3, ['name', text]],
  [4, ['uid', text]],
  [5, ['apiVersion', text]],
  [6, ['controller', flag]],
  [7, ['blockOwnerDeletion', flag]],
]);

/** Without `managedFields`, which is a third of all bytes. */
const objectMeta: Message = new Map([
  [1, ['name', text]],
  [2, ['generateName', text]],
  [3, ['namespace', text]],
  [5, ['uid', text]],
  [6, ['resourceVersion', text]],
  [7, ['generation', integer]],
  [8, ['creationTimestamp', time]],
  [9, ['deletionTimestamp', time]],
  [10, ['deletionGracePeriodSeconds', anyInteger]],
  [11, ['labels', map((fields) => fields.text())]],
  [12, ['annotations', map((fields) => fields.text())]],
  [13, ['ownerReferences', many(ownerReference)]],
  [14, ['finalizers', texts]],
]);

const secret: Message = new Map([
  [1, ['metadata', one(objectMeta)]],
  [2, ['data', map((fields) => fields.base64())]],
  [3, ['type', text]],
  [5, ['immutable', flag]],
]);

const listMeta: Message = new Map([
  [2, ['resourceVersion', text]],
  [3, ['continue', text]],
]);

const statusCause: Message = new Map([
  [1, ['reason', text]],
  [2, ['message', text]],
  [3, ['field', text]],
]);

const statusDetails: Message = new Map([
  [1, ['name', text]],
  [4, ['causes', many(statusCause)]],
  [5, ['retryAfterSeconds', integer]],
]);

const status: Message = new Map([
  [3, ['message', text]],
  [4, ['reason', text]],
  [5, ['details', one(statusDetails)]],
  [6, ['code', integer]],
]);

/**
 * A page of Secrets, as it would be in JSON without `managedFields`: a third of the work for the API server, half of it
 * for us. Throws {@link ProtobufError}, also when it comes to an item that is not right.
 */
export function readSecretPage<T extends KubeObject>(bytes: Buffer): ListPage<T> {
  const list = objectIn(bytes);
  let meta: { readonly resourceVersion?: string; readonly continue?: string } = {};
  let objects = 0;
  while (list.next()) {
    if (list.number === 1) meta = read(list.message(), listMeta);
    else if (list.number === 2) objects += 1;
  }
  return {
    ...{ resourceVersion: '', ...meta },
    size: { bytes: bytes.length, objects },
    each: () => secretsIn<T>(bytes),
    get items(): readonly T[] {
      return [...secretsIn<T>(bytes)];
    },
  };
}

function* secretsIn<T>(bytes: Buffer): Generator<T> {
  const list = objectIn(bytes);
  while (list.next()) {
    if (list.number === 2) yield read(list.message(), secret, { apiVersion: 'v1', kind: 'Secret' }) as T;
  }
}

/** A `Status`, as it would be in JSON. Throws {@link ProtobufError}. */
export function readStatus(bytes: Buffer): object {
  return read(objectIn(bytes), status, { kind: 'Status' });
}

function objectIn(bytes: Buffer): Fields {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new ProtobufError('it does not begin as it should');
  const unknown = new Fields(bytes, magic.length);
  while (unknown.next()) if (unknown.number === 2) return unknown.message();
  throw new ProtobufError('there is no object in it');
}

function read(fields: Fields, message: Message, into: Record<string, unknown> = {}): Record<string, unknown> {
  while (fields.next()) {
    const field = message.get(fields.number);
    if (field !== undefined) field[1](fields, into, field[0]);
  }
  return into;
}

function append(into: Record<string, unknown>, name: string, item: unknown): void {
  into[name] ??= [];
  (into[name] as unknown[]).push(item);
}
