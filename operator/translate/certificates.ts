import { createPrivateKey, X509Certificate } from 'node:crypto';

const block = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

/** The PEM certificates of a text, in their order. */
export function certificateBlocks(pem: string): readonly string[] {
  return pem.match(block) ?? [];
}

/** What is wrong with a text that must hold PEM certificates, one or more; undefined: nothing. */
export function certificatesProblem(pem: string): string | undefined {
  const blocks = certificateBlocks(pem);
  if (blocks.length === 0) return 'holds no PEM certificate (-----BEGIN CERTIFICATE-----)';
  const bad = blocks.findIndex((text) => readCertificate(text) === undefined);
  return bad < 0 ? undefined : `holds a PEM certificate (number ${bad + 1}) that cannot be read`;
}

/** What is wrong with a certificate, perhaps followed by its chain, and its private key; undefined: nothing. */
export function keyPairProblem(certificate: string, privateKey: string): string | undefined {
  const problem = certificatesProblem(certificate);
  if (problem !== undefined) return `tls.crt ${problem}`;
  const leaf = readCertificate(certificate.match(block)?.[0] ?? '');
  try {
    const key = createPrivateKey(privateKey);
    return leaf?.checkPrivateKey(key) === true ? undefined : 'tls.key belongs to another certificate than tls.crt';
  } catch {
    // The message of the library may quote the text.
    return 'tls.key is no PEM private key without a passphrase';
  }
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
