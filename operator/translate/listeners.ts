import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { CompiledCertificate, CompiledListener, CompiledListenerTls } from '#api/compiled/contract.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { resolveMaterial, valueIn } from '../world/reference-problems.ts';
import { certificateRef, clientCaRef } from '../world/references.ts';
import type { World } from '../world/world.ts';
import type { Problem } from './outcome.ts';

type SpecListener = ApiGateway['spec']['listeners'][number];
type SpecTls = NonNullable<SpecListener['tls']>;

/** The ports of a gateway with the certificates that they name, or the first thing that is missing. */
export function compileListeners(
  gateway: ApiGateway,
  world: World,
): { readonly listeners: CompiledListener[]; readonly problem: Problem | undefined } {
  const compiled = gateway.spec.listeners.map((listener, index) =>
    compileListener(listener, index, { gateway, world }),
  );
  const problem = compiled.find((one) => 'reason' in one);
  return { listeners: compiled.flatMap((one) => ('reason' in one ? [] : [one])), problem };
}

interface Scene {
  readonly gateway: ApiGateway;
  readonly world: World;
}

function compileListener(listener: SpecListener, index: number, scene: Scene): CompiledListener | Problem {
  const { name, protocol, port, http2, proxyProtocol, tls } = listener;
  const plain = {
    name,
    protocol,
    port,
    http2: (http2 ?? (protocol === 'HTTPS' ? 'Enabled' : 'Disabled')) === 'Enabled',
    proxyProtocol: proxyProtocol === 'Required',
  };
  if (tls === undefined) return plain;
  const compiled = compileTls(tls, `spec.listeners[${index}].tls`, scene);
  return 'reason' in compiled ? compiled : { ...plain, tls: compiled };
}

function compileTls(tls: SpecTls, field: string, scene: Scene): CompiledListenerTls | Problem {
  const certificates: CompiledCertificate[] = [];
  for (const [index, { name }] of tls.certificateRefs.entries()) {
    const certificate = compileCertificate(name, `${field}.certificateRefs[${index}]`, scene);
    if ('reason' in certificate) return certificate;
    certificates.push(certificate);
  }
  const { minVersion, clientCertificates } = tls;
  if (clientCertificates === undefined) return { certificates, minVersion };
  const ca = readAuthorities(clientCertificates.caRef, `${field}.clientCertificates.caRef`, scene);
  if ('reason' in ca) return ca;
  return { certificates, minVersion, clientCertificates: { mode: clientCertificates.mode, ca: ca.text } };
}

function compileCertificate(name: string, field: string, { gateway, world }: Scene): CompiledCertificate | Problem {
  const ref = certificateRef(gateway, name);
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return material;
  const certificate = valueIn(material, 'tls.crt', field, ref);
  if ('reason' in certificate) return certificate;
  const privateKey = valueIn(material, 'tls.key', field, ref);
  if ('reason' in privateKey) return privateKey;
  const fault = pairFault(certificate.text, privateKey.text);
  if (fault !== undefined) return { reason: 'InvalidSecret', message: `${field}: Secret "${name}" ${fault}` };
  return { name, certificate: certificate.text, privateKey: privateKey.text };
}

/** OpenSSL's own message may quote what it has read. */
function pairFault(certificate: string, privateKey: string): string | undefined {
  const leaf = attempt(() => new X509Certificate(certificate));
  if (leaf === undefined)
    return 'has no certificate in PEM form under tls.crt: write the whole chain there, its own first';
  const key = attempt(() => createPrivateKey(privateKey));
  if (key === undefined) return 'has no private key in PEM form, without a passphrase, under tls.key';
  return leaf.checkPrivateKey(key) ? undefined : 'has a key under tls.key that belongs to another certificate';
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readAuthorities(
  { name, key }: { readonly name: string; readonly key: string },
  field: string,
  { gateway, world }: Scene,
): { readonly text: string } | Problem {
  const ref = clientCaRef(gateway, name);
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return material;
  const value = valueIn(material, key, field, ref);
  if ('reason' in value) return value;
  const blocks = value.text.match(pemCertificate) ?? [];
  const isGood = blocks.length > 0 && blocks.every((pem) => attempt(() => new X509Certificate(pem)) !== undefined);
  if (isGood) return { text: blocks.join('\n') };
  const message = `${field}: ConfigMap "${name}" has under the key "${key}" something else than certificates in PEM form`;
  return { reason: 'InvalidValue', message };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
