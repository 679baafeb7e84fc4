/** Any JSON value. Objects of the API are handled in this form wherever a schema, not a TypeScript type, says what they hold. */
export type JsonValue = string | number | boolean | null | JsonArray | JsonObject;

export type JsonArray = JsonValue[];

export interface JsonObject {
  [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `key`, or undefined when there is none or it is something else. */
export function objectAt(parent: JsonObject, key: string): JsonObject | undefined {
  const value = ownValue(parent, key);
  return isJsonObject(value) ? value : undefined;
}

/** The string at `key`, or undefined when there is none or it is something else. */
export function stringAt(parent: JsonObject, key: string): string | undefined {
  const value = ownValue(parent, key);
  return typeof value === 'string' ? value : undefined;
}

/** Own properties only: a key such as `constructor` comes from users and must never find what objects inherit. */
export function ownValue(parent: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** Sets an own property, also for the name `__proto__`, which an assignment would take for the prototype. */
export function setOwn(target: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/**
 * A deep copy that holds nothing but JSON: undefined members are dropped, as `JSON.stringify` does. The copy is
 * mutable, also when the original is frozen.
 */
export function copyJson(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(copyJson);
  if (typeof value === 'object' && value !== null) return copyObject(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Like {@link copyJson}, for what is known to be an object. */
export function copyObject(value: object): JsonObject {
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) setOwn(copy, key, copyJson(member));
  }
  return copy;
}

/** Same JSON, whatever the order of members. */
export function equalJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && equalArrays(left, right);
  return isJsonObject(left) && isJsonObject(right) && equalObjects(left, right);
}

function equalArrays(left: JsonArray, right: JsonArray): boolean {
  return left.length === right.length && left.every((item, index) => equalJson(item, right[index]));
}

function equalObjects(left: JsonObject, right: JsonObject): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]));
}

/** Freezes a value and everything in it. What is frozen already is taken to be frozen throughout. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
