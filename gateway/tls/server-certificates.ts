import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { CompiledCertificate } from '#api/compiled/contract.ts';
import { CodedError } from '#api/errors.ts';
import { alternativeNames } from './alternative-names.ts';

/** A certificate that cannot be served. The message names it and never quotes it. */
export class CertificateFault extends CodedError {
  constructor(reason: string) {
    super('GW_CERTIFICATE', reason);
  }
}

/** One certificate of a listener, ready for handshakes. */
export interface ServerCertificate {
  /** Of the Secret that it comes from. */
  readonly name: string;
  readonly context: SecureContext;
  /** DNS names, lower case; `*.example.org` stands for one more label. */
  readonly hosts: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

/**
 * The certificates of one listener, by the names that they state themselves. Where two name the same host, the one that
 * stands first is served; a client that asks for no name, or for one that none has, gets the first of all.
 */
export class ServerCertificates {
  readonly all: readonly ServerCertificate[];
  readonly #exact = new Map<string, SecureContext>();
  /** By what follows the first label. */
  readonly #wildcard = new Map<string, SecureContext>();

  constructor(certificates: readonly ServerCertificate[]) {
    this.all = certificates;
    for (const { hosts, context } of certificates) for (const host of hosts) this.#add(host, context);
  }

  /** What a client is shown that asks for this host (RFC 6066, 3); undefined: the first certificate. */
  contextFor(host: string): SecureContext | undefined {
    const name = host.toLowerCase();
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    const dot = name.indexOf('.');
    return dot < 1 ? undefined : this.#wildcard.get(name.slice(dot + 1));
  }

  #add(host: string, context: SecureContext): void {
    const isWildcard = host.startsWith('*.');
    const map = isWildcard ? this.#wildcard : this.#exact;
    const key = isWildcard ? host.slice(2) : host;
    if (!map.has(key)) map.set(key, context);
  }
}

/** Reads one certificate with its key; throws a {@link CertificateFault}. `options`: what all of the listener's share. */
export function serverCertificate(compiled: CompiledCertificate, options: SecureContextOptions): ServerCertificate {
  const { name } = compiled;
  const leaf = read(name, 'its certificate is not in PEM form', () => new X509Certificate(compiled.certificate));
  const key = read(name, 'its key is not a private key in PEM form', () => createPrivateKey(compiled.privateKey));
  if (!isPair(leaf, key))
    throw new CertificateFault(`the certificate "${name}": its key belongs to another certificate`);
  const pair = { cert: compiled.certificate, key: compiled.privateKey };
  const context = read(name, 'OpenSSL does not take it', () => createSecureContext({ ...options, ...pair }));
  return { name, context, hosts: hostsOf(leaf), notAfter: leaf.validToDate.getTime() };
}

function isPair(leaf: X509Certificate, key: KeyObject): boolean {
  return leaf.checkPrivateKey(key);
}

/** OpenSSL's message may quote what it has read, so it is not passed on. */
function read<T>(name: string, reason: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw new CertificateFault(`the certificate "${name}": ${reason}`);
  }
}

/** A certificate without alternative names is found by no name (RFC 9525, 2): its common name says nothing. */
function hostsOf(leaf: X509Certificate): string[] {
  return alternativeNames(leaf)
    .filter(({ type }) => type === 'DNS')
    .map(({ value }) => value.toLowerCase());
}
