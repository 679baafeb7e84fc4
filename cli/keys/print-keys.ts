import type { Subscription } from '#api/generated/subscription.ts';
import { parseId } from '#api/object.ts';
import { apiKeyDataKey } from '#operator/world/key-secret.ts';
import { refId } from '#operator/world/routes.ts';
import { secretNameOf } from '#operator/world/world.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { type Source, withSource } from '../source/source.ts';
import { renderTable } from '../table.ts';
import type { KeysFlags } from './command.ts';

/** `simpul keys`. */
export async function printKeys(
  wanted: string | undefined,
  flags: KeysFlags,
  { config, terminal }: CommandContext,
): Promise<number> {
  return await withSource(flags, config, async (source) => {
    const subscriptions = await find(source, wanted, flags);
    if (subscriptions.length === 0) {
      terminal.err(`There are no Subscriptions in ${source.name}.`);
      return exitCodes.ok;
    }
    const show = flags.show === true || flags.output === 'key';
    const rows = await Promise.all(subscriptions.flatMap((one) => rowsOf(one, source, show)));
    if (flags.output === 'key') printValues(rows, terminal);
    else terminal.out(renderTable(show ? [...header, 'KEY'] : header, rows));
    return exitCodes.ok;
  });
}

const header = ['NAMESPACE', 'SUBSCRIPTION', 'CREDENTIAL', 'STATE', 'LIES IN'];
const missing = '(not there yet)';
const elsewhere = '(at the identity provider)';

function printValues(rows: readonly (readonly string[])[], { out }: CommandContext['terminal']): void {
  for (const row of rows) {
    const key = row.at(-1);
    if (row[3] === 'Active' && key !== undefined && key !== missing && key !== elsewhere) out(key);
  }
}

async function find(source: Source, wanted: string | undefined, flags: KeysFlags): Promise<Subscription[]> {
  const { namespace, name } = parseId(wanted ?? '');
  const place = namespace === '' ? (flags.namespace ?? source.defaultNamespace) : namespace;
  const all = (await source.list('Subscription', place)) as Subscription[];
  if (wanted === undefined) return all;
  const found = all.filter(({ metadata }) => metadata.name === name);
  if (found.length > 0) return found;
  const where = place === undefined ? '' : ` in namespace "${place}"`;
  throw new CliError('CLI_NOT_FOUND', `there is no Subscription "${name}"${where} in ${source.name}`);
}

type Credential = Subscription['spec']['credentials'][number];

/** What a credential says that is no key: its secret is with the identity provider, or with who holds the certificate. */
function namedOf(subscription: Subscription, credential: Credential): string | undefined {
  const { oidc, clientCertificate, signature } = credential;
  if (oidc !== undefined) return `client "${oidc.clientId}" of KeyManager ${refId(oidc.keyManagerRef, subscription)}`;
  if (signature !== undefined) {
    return `signatures with keyid "${signature.keyId}" for KeyManager ${refId(signature.keyManagerRef, subscription)}`;
  }
  if (clientCertificate === undefined) return undefined;
  const { keyManagerRef, ...names } = clientCertificate;
  const [[kind, value] = []] = Object.entries(names);
  return `certificate with ${kind} "${value}" of KeyManager ${refId(keyManagerRef, subscription)}`;
}

function rowsOf(subscription: Subscription, source: Source, show: boolean): Promise<string[]>[] {
  const { namespace = '', name } = subscription.metadata;
  return subscription.spec.credentials.map(async (credential) => {
    const status = subscription.status?.credentials?.find((entry) => entry.name === credential.name);
    const begin = [namespace, name, credential.name, status?.state ?? 'Unknown'];
    const named = namedOf(subscription, credential);
    if (named !== undefined) return [...begin, named, ...(show ? [elsewhere] : [])];
    return keyRow(begin, { subscription, credential, source, show });
  });
}

interface KeyCase {
  readonly subscription: Subscription;
  readonly credential: Credential;
  readonly source: Source;
  readonly show: boolean;
}

async function keyRow(
  begin: readonly string[],
  { subscription, credential, source, show }: KeyCase,
): Promise<string[]> {
  const { namespace = '', name } = subscription.metadata;
  const secretName = secretNameOf(subscription, credential);
  const key = credential.apiKey?.secretRef.key ?? apiKeyDataKey;
  const file = source.keyFile({ namespace, name }, credential.name);
  const row = [...begin, file ?? `Secret ${namespace}/${secretName}, key ${key}`];
  if (!show) return row;
  return [...row, (await source.readKey({ namespace, name: secretName }, key)) ?? missing];
}
