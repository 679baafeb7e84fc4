import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { contractVersion } from '#api/compiled/base.ts';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import { canonicalJson } from '#api/compiled/secret.ts';
import { DefinitionError } from './definition-error.ts';
import { OpenApiDocument } from './document.ts';
import { OperationsReader } from './operations.ts';
import { SchemaReader } from './schemas.ts';

/** Bytes of a compressed definition: what fits into one Secret with all that belongs to it. */
export const maxDefinitionBytes = 900 * 1024;

export type DefinitionVerdict =
  | { readonly ok: true; readonly definition: CompiledDefinition }
  | { readonly ok: false; readonly reason: 'InvalidDefinition' | 'DefinitionTooLarge'; readonly message: string };

/** Reads an OpenAPI document (3.0 or 3.1, JSON or YAML) into what gateways need of it. Pure; never throws on any text. */
export function readDefinition(text: string): DefinitionVerdict {
  try {
    const definition = compileDocument(new OpenApiDocument(text));
    const bytes = gzipSync(canonicalJson(definition)).length;
    if (bytes <= maxDefinitionBytes) return { ok: true, definition };
    const message = `it has ${bytes} bytes compressed, and ${maxDefinitionBytes} is the most: split it into several APIs`;
    return { ok: false, reason: 'DefinitionTooLarge', message };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { ok: false, reason: 'InvalidDefinition', message: error.message };
  }
}

/** Named by what it says, so that equal definitions are one object. */
function compileDocument(document: OpenApiDocument): CompiledDefinition {
  const reader = new SchemaReader(document);
  const operations = new OperationsReader(document, reader).read();
  const content = { operations, schemas: reader.shared() };
  const id = createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 40);
  return { contract: contractVersion, kind: 'Definition', id, ...content };
}
