import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { describeError } from '#api/errors.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import { DefinitionError } from '#api/openapi/definition-error.ts';
import { readManifests } from '#kube/yaml/read-manifests.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { readSources, type SourceText } from '../manifests/find-files.ts';
import { compareFindings, formatFinding } from '../manifests/finding.ts';
import { judgeAll } from '../validate/judge-all.ts';
import { buildDocument, type ExportedDocument, type ExportInput } from './build-document.ts';

export interface ExportOptions {
  /** `name` or `namespace/name`. */
  readonly api?: string;
  readonly namespace?: string;
  readonly server?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** `simpul export openapi`: finds an ApiService among manifests, and writes its document. */
export async function exportOpenApi(
  paths: readonly string[],
  options: ExportOptions,
  { terminal }: CommandContext,
): Promise<number> {
  const { output } = options;
  const { document, notes, errors } = exportFrom(await readSources(paths, process.stdin), options);
  for (const error of errors) terminal.err(error);
  const asJson = options.json ?? output?.endsWith('.json') ?? false;
  const text = documentText(document, asJson);
  if (output === undefined) terminal.out(text.trimEnd());
  else await write(output, text);
  for (const note of notes) terminal.err(`note: ${note}`);
  return exitCodes.ok;
}

/** The document, and what is wrong with other objects of the manifests. Throws CliError. */
export function exportFrom(
  sources: readonly SourceText[],
  { namespace, api, server }: ExportOptions,
): ExportedDocument & { readonly errors: readonly string[] } {
  if (server !== undefined) checkServer(server);
  const manifests = sources.map(({ name, text }) => readManifests(text, name));
  const { findings, candidates } = judgeAll(manifests, namespace === undefined ? {} : { namespace });
  const errors = findings.filter(({ severity, reason }) => severity === 'error' && reason === undefined);
  const objects = candidates.map(({ stored }) => stored);
  const exported = documentOf({ ...inputFor(chosen(objects, api), objects), server });
  return { ...exported, errors: errors.toSorted(compareFindings).map(formatFinding) };
}

function documentOf(input: ExportInput): ExportedDocument {
  try {
    return buildDocument(input);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw new CliError('CLI_INPUT', `its definition cannot be used: ${error.message}`);
  }
}

export function documentText(document: object, asJson: boolean): string {
  if (asJson) return `${JSON.stringify(document, null, 2)}\n`;
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

function checkServer(text: string): void {
  if (/^https?:\/\/[^\s/?#@\\]+\/?$/.test(text) && URL.canParse(text)) return;
  throw new CliError(
    'CLI_ARGUMENT',
    `--server "${text}" must be scheme, host and port, such as https://api.example.go.id`,
    {
      exitCode: 2,
    },
  );
}

function chosen(objects: readonly KubeObject[], wanted: string | undefined): ApiService {
  const all = objects.filter((object): object is ApiService => object.kind === 'ApiService');
  const fits = all.filter((api) => wanted === undefined || api.metadata.name === wanted || keyOf(api) === wanted);
  const [api, ...others] = fits;
  if (api !== undefined && others.length === 0) return api;
  const names = (fits.length > 1 ? fits : all).map(keyOf).sort().slice(0, 10).join(', ');
  const which = all.length === 0 ? 'the files hold no ApiService' : `say which one by --api: ${names}`;
  throw new CliError('CLI_INPUT', which);
}

function inputFor(api: ApiService, objects: readonly KubeObject[]): Omit<ExportInput, 'server'> {
  const find = <Kind extends KubeObject>(kind: string, ref: { readonly name: string; readonly namespace: string }) => {
    const namespace = ref.namespace === '' ? api.metadata.namespace : ref.namespace;
    const isIt = ({ metadata }: KubeObject) => metadata.name === ref.name && metadata.namespace === namespace;
    return objects.find((object) => object.kind === kind && isIt(object)) as Kind | undefined;
  };
  const { inline, configMapRef, url } = api.spec.definition?.openApi ?? {};
  if (url !== undefined) {
    const remedy = `save it with curl -o FILE ${url}, and name it by configMapRef in a copy of the ApiService`;
    throw new CliError('CLI_INPUT', `its definition lies at ${url}, and nothing is fetched here: ${remedy}`);
  }
  return {
    api,
    document:
      inline ??
      (configMapRef && documentIn(configMapRef, find<ConfigMap>('ConfigMap', { ...configMapRef, namespace: '' }))),
    keyManagers: (api.spec.authentication.keyManagerRefs ?? []).map((ref) => find<KeyManager>('KeyManager', ref)),
    gateways: api.spec.gatewayRefs.map((ref) => find<ApiGateway>('ApiGateway', ref)),
  };
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

function documentIn(ref: { readonly name: string; readonly key: string }, map: ConfigMap | undefined): string {
  const text = map?.data?.[ref.key];
  if (text !== undefined) return text;
  throw new CliError(
    'CLI_INPUT',
    `its definition lies in key "${ref.key}" of ConfigMap "${ref.name}", which is not among the files: give it too`,
  );
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new CliError('CLI_INPUT', `${path} cannot be written: ${describeError(error)}`);
  }
}
