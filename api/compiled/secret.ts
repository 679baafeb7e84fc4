import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject } from '#api/object.ts';
import { parseId } from '#api/object.ts';
import type { Compiled, CompiledKind } from './contract.ts';

/** Type of the Secrets that carry compiled objects; an admission policy lets only the operator write it. */
export const compiledSecretType = 'simpul.id/compiled';

/** The one key of such a Secret's data: canonical JSON of a {@link Compiled}. */
export const compiledDataKey = 'compiled.json';

/** The one key of a Secret that carries a Definition: the same, as gzip. */
export const compressedDataKey = 'compiled.json.gz';

/** Largest compiled object, in characters of base64: what fits into a Secret. */
const maxDataLength = 1_500_000;
/** Bytes of JSON that a compressed object may hold: a bound for what is not from an operator. */
const maxJsonLength = 64 * 1024 * 1024;

export const compiledLabels = {
  /** Kind of the source object. */
  sourceKind: 'simpul.id/source-kind',
  sourceNamespace: 'simpul.id/source-namespace',
  /** Name of the source object, cut to 63 characters; the annotation has it whole. */
  sourceName: 'simpul.id/source-name',
} as const;

export const compiledAnnotations = {
  /** `<Kind>/<id>` of the source object, whole. */
  source: 'simpul.id/source',
  /** sha256 of the data, hex: what an unchanged world is compared by, and what a refusal names. */
  contentHash: 'simpul.id/content-hash',
} as const;

export interface CompiledSecret extends KubeObject {
  type: string;
  data?: Record<string, string>;
}

/** Deterministic name, so that writing twice is writing once: prefix of the kind + hash of the id. A DNS label. */
export function compiledName(kind: CompiledKind, id: string): string {
  return `${prefixes[kind]}-${contentHashOf(`${kind}/${id}`).slice(0, 24)}`;
}

const prefixes: Record<CompiledKind, string> = {
  ApiGateway: 'agw',
  Tenant: 'tnt',
  KeyManager: 'keym',
  Definition: 'apidef',
  ApiService: 'apisvc',
  Subscription: 'apisub',
};

/** Canonical JSON: keys sorted at every level, no spaces. Equal objects give equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner as Record<string, unknown>);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function contentHashOf(json: string): string {
  return hash('sha256', json, 'hex');
}

/** Builds the Secret that carries `compiled` in the gateway's compiled namespace. */
export function buildCompiledSecret(compiled: Compiled, namespace: string): CompiledSecret {
  const json = canonicalJson(compiled);
  const source = parseId(compiled.id);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: compiledSecretType,
    metadata: {
      name: compiledName(compiled.kind, compiled.id),
      namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'simpul',
        [compiledLabels.sourceKind]: compiled.kind,
        ...(source.namespace === '' ? {} : { [compiledLabels.sourceNamespace]: source.namespace }),
        [compiledLabels.sourceName]: labelValue(source.name),
      },
      annotations: {
        [compiledAnnotations.source]: `${compiled.kind}/${compiled.id}`,
        [compiledAnnotations.contentHash]: contentHashOf(json),
      },
    },
    data:
      compiled.kind === 'Definition'
        ? { [compressedDataKey]: gzipSync(json).toString('base64') }
        : { [compiledDataKey]: Buffer.from(json).toString('base64') },
  };
}

export type CompiledText =
  | { readonly ok: true; readonly json: string }
  /** Never holds a part of the data, which may be secret. */
  | { readonly ok: false; readonly reason: string };

/** The JSON that a compiled Secret carries. Never throws. */
export function compiledTextOf({ data = {} }: CompiledSecret): CompiledText {
  const key = data[compressedDataKey] === undefined ? compiledDataKey : compressedDataKey;
  const encoded = data[key];
  if (encoded === undefined) return { ok: false, reason: `data has no ${compiledDataKey}` };
  if (encoded.length > maxDataLength) return { ok: false, reason: `${key} is too large` };
  if (key === compiledDataKey) return { ok: true, json: decodeText(encoded) };
  try {
    return {
      ok: true,
      json: gunzipSync(Buffer.from(encoded, 'base64'), { maxOutputLength: maxJsonLength }).toString(),
    };
  } catch {
    return { ok: false, reason: `${key} is not gzip of at most ${maxJsonLength} bytes` };
  }
}

/** Where base64 of usual length is decoded: a buffer of its own for each of 60,000 objects would keep the collector busy. */
const decoded = Buffer.alloc(16 * 1024);

function decodeText(encoded: string): string {
  if (encoded.length > decoded.length) return Buffer.from(encoded, 'base64').toString();
  return decoded.toString('utf8', 0, decoded.write(encoded, 'base64'));
}

/** Label values hold at most 63 characters and end with an alphanumeric one. */
function labelValue(name: string): string {
  return name.slice(0, 63).replace(/[^A-Za-z0-9]+$/, '');
}
