import { X509Certificate } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import { type ClientCertificate, clientCertificateOf } from '../tls/client-certificate.ts';
import { Recent } from './recent.ts';

/** Certificates of so many clients are held, twice; each costs some 10 KiB. */
const held = 1024;

/** A byte sequence of structured fields (RFC 8941, 3.3.5), which holds the certificate in DER form (RFC 9440, 2.1). */
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/;

/** Reads what proxies say about the certificates of their clients, and remembers it, so that each is parsed once. */
export class ClientCertHeader {
  readonly #recent = new Recent<ClientCertificate>(held);

  /** The certificate of the field in flat `fields`, null where there is none. Throws a GatewayError. */
  read(fields: readonly string[]): ClientCertificate | null {
    const text = valueIn(fields);
    if (text === '') return null;
    return this.#recent.get(text) ?? this.#parse(text);
  }

  #parse(text: string): ClientCertificate {
    const base64 = byteSequence.exec(text)?.[1];
    if (base64 === undefined) throw badHeader('is no byte sequence (:base64:)');
    const certificate = parse(Buffer.from(base64, 'base64'));
    // A copy: the text is a view of the whole head that it came in.
    this.#recent.set(Buffer.from(text, 'latin1').toString('latin1'), certificate);
    return certificate;
  }
}

/** Empty: the field is absent. */
function valueIn(fields: readonly string[]): string {
  let found = '';
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (name.length !== 11 || name.toLowerCase() !== 'client-cert') continue;
    const value = fields[i + 1] ?? '';
    if (found !== '' || value === '') throw badHeader('is empty, or stands more than once');
    found = value;
  }
  return found;
}

function parse(der: Buffer): ClientCertificate {
  try {
    const certificate = new X509Certificate(der);
    // Node reads PEM as well, and does not mind what follows.
    if (!certificate.raw.equals(der)) throw badHeader('holds something else than one certificate');
    return clientCertificateOf(certificate);
  } catch (error) {
    throw error instanceof GatewayError ? error : badHeader('holds no certificate in DER form');
  }
}

function badHeader(reason: string): GatewayError {
  return new GatewayError('GW_CLIENT_CERTIFICATE_INVALID', `The field Client-Cert (RFC 9440) ${reason}.`);
}
