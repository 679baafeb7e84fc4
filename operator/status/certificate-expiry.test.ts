import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { World } from '../world/world.ts';
import { certificateExpiry } from './certificate-expiry.ts';

const file = new URL('../translate/testdata/apigateway-https.in.yaml', import.meta.url);
const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as unknown);
interface TlsSecret {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
}
const secret = objects.find((object) => (object as TlsSecret).stringData?.['tls.crt'] !== undefined) as TlsSecret;
const pem = secret.stringData?.['tls.crt'] ?? '';
const end = Date.parse(new X509Certificate(pem).validTo);
const day = 24 * 3_600_000;

const gateway = {
  ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'ApiGateway' },
  metadata: { name: 'public', namespace: 'simpul-system', generation: 1 },
  spec: {
    listeners: [
      { name: 'http', protocol: 'HTTP', port: 8080 },
      { name: 'https', protocol: 'HTTPS', port: 8443, tls: { certificateRefs: [{ name: 'gateway-tls' }] } },
    ],
  },
} as unknown as ApiGateway;

function worldWith(text: string | undefined): Pick<World, 'materials'> {
  const finding = text === undefined ? { state: 'missing' } : { state: 'found', material: { text: () => text } };
  return { materials: { find: () => finding } } as unknown as Pick<World, 'materials'>;
}

const cases: readonly [name: string, leftMs: number, reason: string | undefined, lookAgainMs: number | undefined][] = [
  ['long before, nothing is said', 100 * day, undefined, day],
  ['it is looked at when there will be something to say', 21 * day + 5000, undefined, 6000],
  ['soon it expires', 20 * day, 'CertificateExpiring', day],
  ['in its last hour it is looked at when it ends', 5000, 'CertificateExpiring', 6000],
  ['it has expired', -1, 'CertificateExpired', undefined],
];
for (const [name, leftMs, reason, lookAgainMs] of cases) {
  test(`a certificate of a listener: ${name}`, () => {
    const expiry = certificateExpiry(gateway, worldWith(pem), end - leftMs);
    assert.deepEqual([expiry.warning?.reason, expiry.lookAgainMs], [reason, lookAgainMs]);
    if (reason !== undefined) assert.match(expiry.warning?.message ?? '', /"gateway-tls" of the listener "https"/);
  });
}

test('what is missing or cannot be read is for ResolvedRefs to say', () => {
  for (const text of [undefined, 'x']) {
    assert.deepEqual(certificateExpiry(gateway, worldWith(text), end), { warning: undefined, lookAgainMs: undefined });
  }
});
