import type { FieldCause } from '#kube/store-error.ts';
import { goJson, goNumber, goQuote } from './go-text.ts';
import type { JsonValue } from './json.ts';

/** What the API server calls the kind of a field error; `CauseType` on the wire. */
export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/** A cause with its type, worded as the API server words it. */
export interface FieldError extends FieldCause {
  readonly type: FieldErrorType;
}

export function required(field: string, detail = ''): FieldError {
  return make('FieldValueRequired', field, join('Required value', detail));
}

export function invalid(field: string, value: JsonValue, detail: string): FieldError {
  return make('FieldValueInvalid', field, join(`Invalid value: ${quoteValue(value)}`, detail));
}

/** Like {@link invalid}, for a value that is too large to be quoted: an object or a list. */
export function invalidWithoutValue(field: string, detail: string): FieldError {
  return make('FieldValueInvalid', field, join('Invalid value', detail));
}

export function typeInvalid(field: string, value: string, detail: string): FieldError {
  return make('FieldValueTypeInvalid', field, join(`Invalid value: ${goQuote(value)}`, detail));
}

export function notSupported(field: string, value: JsonValue, allowed: readonly JsonValue[]): FieldError {
  const texts = allowed.map((item) => goQuote(typeof item === 'string' ? item : goJson(item)));
  const message = `Unsupported value: ${quoteValue(value)}: supported values: ${texts.join(', ')}`;
  return make('FieldValueNotSupported', field, message);
}

export function duplicate(field: string, value: JsonValue): FieldError {
  return make('FieldValueDuplicate', field, `Duplicate value: ${quoteValue(value)}`);
}

export function duplicateWithoutValue(field: string): FieldError {
  return make('FieldValueDuplicate', field, 'Duplicate value');
}

export function forbidden(field: string, detail: string): FieldError {
  return make('FieldValueForbidden', field, join('Forbidden', detail));
}

/** `maxLength` counts characters, but the API server says bytes. */
export function tooLong(field: string, maxLength: number): FieldError {
  const unit = maxLength === 1 ? 'byte' : 'bytes';
  return make('FieldValueTooLong', field, `Too long: may not be more than ${maxLength} ${unit}`);
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  const unit = max === 1 ? 'item' : 'items';
  return make('FieldValueTooMany', field, `Too many: ${actual}: must have at most ${max} ${unit}`);
}

function make(type: FieldErrorType, field: string, message: string): FieldError {
  return { type, field, message };
}

function join(head: string, detail: string): string {
  return detail === '' ? head : `${head}: ${detail}`;
}

function quoteValue(value: JsonValue): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return goNumber(value);
  return goJson(value);
}
