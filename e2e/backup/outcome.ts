import { coreKinds, simpulKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import { checksumOf, type Stored } from '#cli/backup/stored.ts';
import type { GatewayProgram } from '#e2e/operator/gateway-program.ts';
import type { Installation, Seen } from '#e2e/operator/harness.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded', host: 'api.example' };

async function ownObjects(installation: Installation): Promise<Seen[]> {
  const lists = await Promise.all(Object.values(simpulKinds).map((kind) => installation.list(kind)));
  return lists.flat();
}

/** Checksum of every object of ours; of Approvals without the UID that they pin, which is another in each cluster. */
export async function checksums(installation: Installation): Promise<Record<string, string>> {
  const objects = (await ownObjects(installation)).map((object): [string, string] => {
    const stored = structuredClone(object) as unknown as Stored;
    const ref = stored.spec?.['subscriptionRef'] as { uid?: string } | undefined;
    if (ref?.uid !== undefined) ref.uid = 'pinned';
    return [`${object.kind} ${keyOf(object)}`, checksumOf(stored)];
  });
  return Object.fromEntries(objects.sort());
}

/** What came of every object: its conditions, without times and words. */
export async function verdicts(installation: Installation): Promise<Record<string, string>> {
  const objects = (await ownObjects(installation)).map(({ kind, metadata, status }): [string, string] => {
    // Pods come and go; what follows from the specs does not.
    const conditions = (status?.conditions ?? []).filter(({ type }) => type !== 'Programmed' && type !== 'Ready');
    const said = conditions.map(({ type, status: holds, reason }) => `${type}=${holds} ${reason}`);
    return [`${kind} ${keyOf({ metadata })}`, said.sort().join(', ')];
  });
  return Object.fromEntries(objects.sort());
}

/** API keys of all Subscriptions, by Secret. */
export async function apiKeys(installation: Installation): Promise<Record<string, string>> {
  const secrets = (await installation.list(coreKinds.Secret)).filter(({ type }) => type === 'simpul.id/api-key');
  const keys = secrets.map(({ metadata, data }): [string, string] => {
    return [keyOf({ metadata }), Buffer.from(data?.['api-key'] ?? '', 'base64').toString('utf8')];
  });
  return Object.fromEntries(keys.sort());
}

const paths = ['/provider/berkunci', '/provider/emas', '/provider/tua', '/provider/bertoken'];

/** What the gateway answers each key on each path. */
export async function answers(gateway: GatewayProgram, keys: Record<string, string>): Promise<Record<string, number>> {
  const found: [string, number][] = [];
  for (const [name, key] of Object.entries(keys)) {
    for (const path of paths) found.push([`${name} ${path}`, (await gateway.call(path, { key })).status]);
  }
  for (const path of ['/provider/rute', '/provider/lama']) found.push([path, (await gateway.call(path)).status]);
  return Object.fromEntries(found);
}

/** A token of the installation's token endpoint. */
export async function aToken(gateway: GatewayProgram, key: string): Promise<string> {
  const fields = { grant_type: 'client_credentials', client_id: 'consumer/dibuat', client_secret: key };
  const body = new URLSearchParams(fields).toString();
  const { text } = await gateway.call('/masuk/token', { method: 'POST', headers: form, body });
  return (JSON.parse(text) as { access_token: string }).access_token;
}

export async function statusWithToken(gateway: GatewayProgram, token: string): Promise<number> {
  const headers = { host: 'api.example', authorization: `Bearer ${token}` };
  return (await gateway.call('/provider/bertoken', { headers })).status;
}
