import { CodedError } from '#api/errors.ts';

/** A definition says something that cannot be used. The message names the place as a JSON pointer, or line and column. */
export class DefinitionError extends CodedError {
  constructor(place: string, message: string) {
    super('DEFINITION_INVALID', place === '' ? message : `at ${place}: ${message}`);
  }
}

/** RFC 6901: one more step. */
export function below(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
