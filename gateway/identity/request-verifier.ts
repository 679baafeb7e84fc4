import { hash } from 'node:crypto';
import { parseDictionary } from 'structured-headers';
import type { CompiledSignatureKeyManager } from '#api/compiled/key-manager.ts';
import type { RequestSignature } from './request-signature.ts';
import { SeenSignatures } from './seen-signatures.ts';
import { pathAndQuery, type SignedMessage, signatureBase } from './signature-base.ts';
import { SignatureFault } from './signature-fault.ts';
import type { SigningKey } from './signing-key.ts';

type Rules = Pick<CompiledSignatureKeyManager, 'algorithms' | 'components' | 'maxAgeMs' | 'clockLeewayMs'>;

/** Verifies the signatures of one KeyManager. */
export class RequestVerifier {
  readonly #rules: Rules;
  readonly #seen: SeenSignatures;

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#seen = new SeenSignatures(rules.maxAgeMs + rules.clockLeewayMs);
  }

  /**
   * Throws a {@link SignatureFault}. What costs nothing is looked at first; a signature that was good is good once. `hasBody`: it
   * must be covered by its digest, which {@link checkDigest} compares. `now`: milliseconds since the epoch.
   */
  check(message: SignedMessage, signature: RequestSignature, { key, hasBody, now }: Scene): void {
    this.#checkTime(signature, now);
    this.#checkCoverage(message, signature, hasBody);
    const { algorithm } = key;
    if (!this.#rules.algorithms.includes(algorithm))
      throw new SignatureFault('is by an algorithm that is not accepted');
    if (signature.algorithm !== undefined && signature.algorithm !== algorithm) {
      throw new SignatureFault('states another alg than that of its key');
    }
    const base = Buffer.from(signatureBase(message, signature.input), 'latin1');
    if (!key.verifies(base, signature.signature))
      throw new SignatureFault('is wrong: what was signed is not what came');
    if (!this.#seen.isNew(signature.signature, now)) {
      throw new SignatureFault('was used already: sign each request anew, with a nonce where it has the same second');
    }
  }

  #checkTime({ created, expires }: RequestSignature, now: number): void {
    const { maxAgeMs, clockLeewayMs } = this.#rules;
    if (created * 1000 > now + clockLeewayMs) throw new SignatureFault('was made in the future (created)');
    if (created * 1000 + maxAgeMs < now) throw new SignatureFault('is too old (created)');
    if (expires !== undefined && expires * 1000 <= now) throw new SignatureFault('has expired (expires)');
  }

  #checkCoverage(message: SignedMessage, { input }: RequestSignature, hasBody: boolean): void {
    const covered = new Set(input[0].map(([name, parameters]) => (parameters.size === 0 ? name : '')));
    const needed = ['@method', ...this.#rules.components, ...(hasBody ? ['content-digest'] : [])];
    const missing = [...needed, ...targetOf(message, covered)].filter((name) => !covered.has(name));
    if (missing.length > 0) throw new SignatureFault(`does not cover ${missing.join(', ')}`);
  }
}

interface Scene {
  readonly key: SigningKey;
  readonly hasBody: boolean;
  readonly now: number;
}

/** What must be covered of where the request goes; there are several ways to say it. */
function targetOf(message: SignedMessage, covered: ReadonlySet<unknown>): readonly string[] {
  if (covered.has('@target-uri')) return [];
  if (covered.has('@request-target')) return ['@authority'];
  return pathAndQuery(message).query === '' ? ['@authority', '@path'] : ['@authority', '@path', '@query'];
}

/** By name of RFC 9530, 7.2; the others there are broken. */
const digests = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

/** Compares a body with its Content-Digest (RFC 9530, 2): every digest that is known, and one at least. */
export function checkDigest(field: string, body: Buffer): void {
  let compared = 0;
  for (const [name, [value]] of digestsIn(field)) {
    const algorithm = digests.get(name);
    if (algorithm === undefined) continue;
    const actual = hash(algorithm, body, 'buffer');
    if (!(value instanceof ArrayBuffer) || !actual.equals(Buffer.from(value))) {
      throw new SignatureFault('is of another body: Content-Digest does not fit');
    }
    compared++;
  }
  if (compared === 0) throw new SignatureFault('needs a Content-Digest by sha-256 or sha-512');
}

function digestsIn(field: string): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field);
  } catch {
    throw new SignatureFault('has a Content-Digest that is no dictionary (RFC 8941)');
  }
}
