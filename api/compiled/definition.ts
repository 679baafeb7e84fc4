import type { Json } from '#api/json/strict-json.ts';
import type { CompiledBase } from './base.ts';

/**
 * What calls and answers of an API look like, read from its OpenAPI document. Its id is a hash of what it says, so APIs
 * with equal definitions share one object; a gateway has it only where an API needs it. Alone among the kinds it is
 * compressed in its Secret.
 */
export interface CompiledDefinition extends CompiledBase {
  readonly kind: 'Definition';
  readonly operations: readonly DefinedOperation[];
  /** JSON Schema 2020-12 by name; `$ref: d#/$defs/<name>` refers to them. See `api/openapi/schemas.ts` for what is in it. */
  readonly schemas: { readonly [name: string]: Json };
}

export interface DefinedOperation {
  /** Relative to the base path; `{name}` is a whole segment. */
  readonly path: string;
  /** Upper case. */
  readonly method: string;
  readonly parameters: readonly DefinedParameter[];
  /** Absent: no body is taken. */
  readonly requestBody?: DefinedBody;
  /** By status (`200`), range (`2XX`) or `default`. */
  readonly responses: { readonly [status: string]: Pick<DefinedBody, 'content'> };
}

export interface DefinedParameter {
  /** Lower case in a header. */
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly style: 'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject';
  readonly explode: boolean;
  /** `?flag=` is taken whatever the schema says. */
  readonly allowEmptyValue?: true;
  /** Absent: any value. */
  readonly schema?: Json;
  /** The value is JSON text. */
  readonly json?: true;
}

export interface DefinedBody {
  readonly required: boolean;
  /** By media type or range, lower case: `application/json`, `text/*`, or the range of all. */
  readonly content: { readonly [type: string]: DefinedContent };
}

export interface DefinedContent {
  /** Only of JSON; absent: any content. */
  readonly schema?: Json;
  readonly examples?: { readonly [name: string]: Json };
}
