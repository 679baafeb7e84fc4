import { stringify } from 'yaml';
import type { DefinedOperation } from '#api/compiled/definition.ts';
import type { Json } from '#api/json/strict-json.ts';
import { isObject, type JsonObject, OpenApiDocument } from '#api/openapi/document.ts';
import { readDefinition } from '#api/openapi/read-definition.ts';
import { CliError } from '../errors.ts';
import { findBackend } from './find-backend.ts';

export interface OpenApiSource {
  /** File or URL, as the user called it. */
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

export interface ManifestOptions {
  readonly namespace?: string;
  readonly name?: string;
  /** `namespace/name`. */
  readonly gateway: string;
  readonly path?: string;
  readonly backend?: string;
}

export interface ImportedManifest {
  readonly manifest: string;
  /** What somebody has to decide or know, one sentence each. */
  readonly notes: readonly string[];
}

/** Characters of a document that fit into the object itself, and into a ConfigMap. */
const inlineLength = 65_536;
const configMapBytes = 1_000_000;

/** The ApiService for a document, as YAML with comments. Pure; the same document gives the same bytes. Throws CliError. */
export function buildManifest(source: OpenApiSource, options: ManifestOptions): ImportedManifest {
  const verdict = readDefinition(source.text);
  if (!verdict.ok) throw new CliError('CLI_INPUT', `${source.name} cannot be used: ${verdict.message}`);
  const { root } = new OpenApiDocument(source.text);
  const text = source.text.replaceAll('\r\n', '\n').trimEnd();
  const name = options.name ?? nameOf(root, source);
  const isLong = text.length > inlineLength;
  if (isLong && Buffer.byteLength(text) > configMapBytes) {
    throw new CliError(
      'CLI_INPUT',
      `${source.name} has more than ${configMapBytes} bytes, and a ConfigMap holds no more: remove descriptions and examples from it`,
    );
  }
  const notes: string[] = [];
  const parts = [
    ...aboutSection(root, notes),
    gatewaySection(options, name),
    backendSection(root, source, options, notes),
    authenticationSection(root, notes),
    operationsSection(verdict.definition.operations, notes),
    definitionSection(isLong ? undefined : text, name),
  ];
  const metadata = { ...(options.namespace === undefined ? {} : { namespace: options.namespace }), name };
  const head = [
    `# Imported by simpul import openapi from ${source.name}`,
    `# (sha256 ${source.sha256}). Check what the comments say, then apply it.`,
    yaml({ apiVersion: 'simpul.id/v1alpha1', kind: 'ApiService', metadata }).trimEnd(),
    'spec:',
  ];
  const configMap = isLong ? [`---\n${yaml(configMapFor(text, metadata)).trimEnd()}`] : [];
  return { manifest: `${[...head, ...parts.map(render), ...configMap].join('\n')}\n`, notes };
}

/** Some fields of `spec`, with comment lines in front of them. */
interface Section {
  readonly comments: readonly string[];
  readonly fields: object;
}

function render({ comments, fields }: Section): string {
  const lines = [
    ...comments.map((comment) => `# ${comment}`),
    ...(Object.keys(fields).length > 0 ? yaml(fields).trimEnd().split('\n') : []),
  ];
  return lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
}

function yaml(value: object): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: 'literal' });
}

function oneLine(text: string, most: number): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 3)}...`;
}

function infoOf(root: JsonObject): JsonObject {
  return isObject(root['info']) ? root['info'] : {};
}

function textIn(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** `Verifikasi penduduk` becomes `verifikasi-penduduk`. */
function nameOf(root: JsonObject, { name }: OpenApiSource): string {
  const slug = slugOf(textIn(infoOf(root), 'title'));
  if (slug !== '') return slug;
  throw new CliError('CLI_INPUT', `${name} has no title that a name can be made of: give --name`);
}

function slugOf(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '');
}

function aboutSection(root: JsonObject, notes: string[]): Section[] {
  const info = infoOf(root);
  const title = oneLine(textIn(info, 'title'), 200) || 'API';
  const description = textIn(info, 'description').slice(0, 4096).trimEnd();
  const version = textIn(info, 'version').slice(0, 32);
  const isVersion = /^[0-9A-Za-z]([0-9A-Za-z.+-]*[0-9A-Za-z])?$/.test(version);
  if (!isVersion) notes.push(`info.version "${oneLine(version, 32)}" is no version here; 1.0.0 was written`);
  const tags = tagsOf(root['tags']);
  const about = {
    displayName: title,
    ...(description === '' ? {} : { description }),
    version: isVersion ? version : '1.0.0',
    ...(tags.length === 0 ? {} : { tags }),
  };
  const lifecycle = {
    comments: ['Draft: only its own namespace may call. Published: everybody whom visibility lets subscribe.'],
    fields: { lifecycle: 'Draft' },
  };
  return [{ comments: [], fields: about }, lifecycle];
}

function tagsOf(value: Json | undefined): string[] {
  const names = Array.isArray(value)
    ? value.map((tag: Json) => (isObject(tag) ? oneLine(textIn(tag, 'name'), 63) : ''))
    : [];
  return [...new Set(names.filter((name) => name !== ''))].slice(0, 32);
}

function gatewaySection({ gateway, path, namespace }: ManifestOptions, name: string): Section {
  const [place, gatewayName, ...rest] = gateway.split('/');
  if (!place || !gatewayName || rest.length > 0) {
    throw new CliError('CLI_ARGUMENT', `--gateway "${gateway}" is not NAMESPACE/NAME`, { exitCode: 2 });
  }
  const basePath = path ?? `/${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const comments =
    path === undefined ? ['A path that the Tenant claims (spec.paths of the Tenant), or add hosts.'] : [];
  return { comments, fields: { gatewayRefs: [{ name: gatewayName, namespace: place }], basePath } };
}

function backendSection(root: JsonObject, source: OpenApiSource, options: ManifestOptions, notes: string[]): Section {
  const { url, others } = findBackend(root, source.name, options.backend);
  const comments = others.map((other) => `Not taken, because servers of a document are mostly environments: ${other}`);
  for (const other of others)
    notes.push(`server ${other} was left out: a document's servers are mostly environments, not copies`);
  return { comments, fields: { backend: { endpoints: [{ url }] } } };
}

/** What callers of the backend needed so far. Callers of the gateway need a credential of their Subscription. */
function authenticationSection(root: JsonObject, notes: string[]): Section {
  const components = isObject(root['components']) ? root['components'] : {};
  const schemes = isObject(components['securitySchemes']) ? Object.entries(components['securitySchemes']) : [];
  const comments = ['Callers of the gateway need a credential of their Subscription.'];
  for (const [name, scheme] of schemes) {
    const what = describeScheme(name, isObject(scheme) ? scheme : {});
    comments.push(what);
    notes.push(what);
  }
  return { comments, fields: { authentication: { mode: 'Required' } } };
}

function describeScheme(name: string, scheme: JsonObject): string {
  const type = textIn(scheme, 'type');
  const label = `security scheme "${oneLine(name, 63)}"`;
  if (type === 'apiKey')
    return `${label}: the backend wants a key in ${oneLine(textIn(scheme, 'in'), 10)} "${oneLine(textIn(scheme, 'name'), 63)}"; put it into a Secret and name it in backend.credentialRef`;
  if (type === 'http')
    return `${label}: the backend wants HTTP ${oneLine(textIn(scheme, 'scheme'), 20)}; put it into a Secret and name it in backend.credentialRef`;
  if (type === 'oauth2' || type === 'openIdConnect') {
    const scopes = scopesOf(scheme);
    const which = scopes.length === 0 ? '' : ` (scopes ${scopes.join(', ')})`;
    return `${label}: the backend takes tokens${which}; name a KeyManager of type OIDC in authentication.keyManagerRefs to have the gateway check them`;
  }
  return `${label} of type ${oneLine(type, 20) || 'unknown'} is not mapped`;
}

function scopesOf({ flows }: JsonObject): string[] {
  const all = isObject(flows) ? Object.values(flows) : [];
  const names = all.flatMap((flow) => (isObject(flow) && isObject(flow['scopes']) ? Object.keys(flow['scopes']) : []));
  return [...new Set(names.map((name) => oneLine(name, 63)))].sort().slice(0, 10);
}

/** What `spec.operations` can say. */
const operationPath = /^\/$|^(\/([A-Za-z0-9_~-][A-Za-z0-9._~-]*|[{][A-Za-z_][A-Za-z0-9_]*[}]))+$/;
const mostOperations = 128;

function operationsSection(operations: readonly DefinedOperation[], notes: string[]): Section {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of operations) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  const fits =
    byPath.size <= mostOperations && [...byPath.keys()].every((path) => path.length <= 256 && operationPath.test(path));
  if (!fits) {
    const why =
      'operations: all of the definition, which validation enforces (they are too many, or have paths that cannot be written here)';
    notes.push(`spec.operations was left out: the operations of the definition hold`);
    return { comments: [why], fields: {} };
  }
  const comments = ['Only these pass. Limits, timeouts and the like can be added to each.'];
  return { comments, fields: { operations: [...byPath].map(([path, methods]) => ({ path, methods })) } };
}

function definitionSection(text: string | undefined, name: string): Section {
  const openApi =
    text === undefined ? { configMapRef: { name: `${name}-openapi`, key: 'openapi.yaml' } } : { inline: `${text}\n` };
  return {
    comments: ['Calls that break the definition are refused; answers that do are counted.'],
    fields: { validation: { requests: 'Enforce', responses: 'Report' }, definition: { openApi } },
  };
}

function configMapFor(text: string, metadata: { readonly namespace?: string; readonly name: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, name: `${metadata.name}-openapi` },
    data: { 'openapi.yaml': `${text}\n` },
  };
}
