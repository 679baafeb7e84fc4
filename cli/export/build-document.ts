import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { isObject, type JsonObject, OpenApiDocument } from '#api/openapi/document.ts';
import { CliError } from '../errors.ts';
import { exportPaths } from './export-paths.ts';
import { exportSecurity } from './security.ts';

export interface ExportInput {
  readonly api: ApiService;
  /** The document of `spec.definition`; undefined: it has none. */
  readonly document: string | undefined;
  readonly keyManagers: readonly (KeyManager | undefined)[];
  readonly gateways: readonly (ApiGateway | undefined)[];
  /** Scheme, host and port that callers use; undefined: as hosts and listeners say. */
  readonly server: string | undefined;
}

export interface ExportedDocument {
  readonly document: JsonObject;
  /** What could not be said, one sentence each. */
  readonly notes: readonly string[];
}

/** The OpenAPI document of an ApiService as its callers need it: addresses and security are the gateway's. Pure. Throws CliError. */
export function buildDocument(input: ExportInput): ExportedDocument {
  const { api } = input;
  const { root, dialect, paths: known } = read(input);
  const security = exportSecurity(api, input.keyManagers, dialect);
  const isDeprecated = api.spec.lifecycle === 'Deprecated';
  const { paths, notes } = exportPaths(known, api.spec.operations, (operation, scopes) => {
    const { security: _, ...own } = operation;
    return {
      ...own,
      ...(isDeprecated ? { deprecated: true } : {}),
      ...(scopes.length === 0 ? {} : { security: security.withScopes(scopes) }),
    };
  });
  const { openapi = '3.1.0', info, servers: _, security: __, components, paths: ___, ...rest } = root;
  const document = {
    openapi,
    info: infoOf(isObject(info) ? info : {}, api),
    servers: serversOf(input).map((url) => ({ url })),
    ...(security.requirements.length === 0 ? {} : { security: security.requirements }),
    ...rest,
    paths,
    ...componentsOf(isObject(components) ? components : {}, security.schemes),
  };
  return { document, notes: [...security.notes, ...notes] };
}

interface Document extends Pick<OpenApiDocument, 'root' | 'dialect'> {
  /** Without references in the place of whole items. */
  readonly paths: JsonObject;
}

function read({ api, document }: ExportInput): Document {
  if (document !== undefined) {
    const openApi = new OpenApiDocument(document);
    const { root, dialect } = openApi;
    const items = Object.entries(isObject(root['paths']) ? root['paths'] : {}).filter(([path]) => path.startsWith('/'));
    const paths = items.map(([path, item]) => [path, openApi.follow(item, `/paths/${path}`).value] as const);
    return { root, dialect, paths: Object.fromEntries(paths) };
  }
  if (api.spec.operations !== undefined) return { root: {}, dialect: '3.1', paths: {} };
  const { name } = api.metadata;
  throw new CliError(
    'CLI_INPUT',
    `ApiService "${name}" has neither a definition nor operations, so there is nothing to tell of it: give one of them`,
  );
}

function infoOf(info: JsonObject, { spec }: ApiService): JsonObject {
  const { displayName: title, version, description } = spec;
  return { ...info, title, version, ...(description === undefined ? {} : { description }) };
}

function componentsOf(
  { securitySchemes: _, ...others }: JsonObject,
  schemes: JsonObject,
): { readonly components?: JsonObject } {
  const components = { ...others, ...(Object.keys(schemes).length === 0 ? {} : { securitySchemes: schemes }) };
  return Object.keys(components).length === 0 ? {} : { components };
}

function serversOf({ api, gateways, server }: ExportInput): string[] {
  const { hosts = [], basePath } = api.spec;
  const path = basePath === '/' ? '' : basePath;
  if (server !== undefined) return [`${server.replace(/\/+$/, '')}${path}` || '/'];
  if (hosts.length === 0) {
    throw new CliError(
      'CLI_ARGUMENT',
      `ApiService "${api.metadata.name}" answers on every host: say which callers use, by --server https://HOST`,
      { exitCode: 2 },
    );
  }
  const origins = gateways.flatMap((gateway) => gateway?.spec.listeners ?? []);
  const isSecure = origins.length === 0 || origins.some(({ protocol }) => protocol === 'HTTPS');
  return hosts.map((host) => `${isSecure ? 'https' : 'http'}://${host}${path}`);
}
