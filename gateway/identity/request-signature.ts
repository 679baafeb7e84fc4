import { type InnerList, type Item, isInnerList, parseDictionary } from 'structured-headers';
import { SignatureFault } from './signature-fault.ts';

/** The signature of a request (RFC 9421), as it says of itself; nothing of it is to be believed before it is verified. */
export interface RequestSignature {
  /** What it covers, and its parameters: the member of Signature-Input. */
  readonly input: InnerList;
  readonly signature: Buffer;
  readonly keyId: string;
  /** Undefined: the key alone says it. */
  readonly algorithm: string | undefined;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Undefined: `created` alone bounds it. */
  readonly expires: number | undefined;
}

/** More components make no signature better. */
const maxComponents = 64;

/** Reads both fields; a request with several signatures is refused, because it would not be clear whose it is. */
export function readSignature(signatureInput: string, signature: string): RequestSignature {
  const inputs = dictionary(signatureInput, 'Signature-Input');
  const signatures = dictionary(signature, 'Signature');
  const [label] = inputs.keys();
  if (label === undefined || inputs.size !== 1 || signatures.size !== 1) {
    throw new SignatureFault('must be one: send one member in Signature-Input, and one in Signature');
  }
  const input = inputs.get(label);
  const value = signatures.get(label)?.[0];
  if (input === undefined || !isInnerList(input))
    throw new SignatureFault('does not say in Signature-Input what it covers');
  if (!(value instanceof ArrayBuffer)) throw new SignatureFault('has no bytes under its label in Signature');
  if (input[0].length > maxComponents) throw new SignatureFault(`covers more than ${maxComponents} components`);
  return { input, signature: Buffer.from(value), ...parametersOf(input) };
}

function dictionary(text: string, field: string): Map<string, Item | InnerList> {
  try {
    return parseDictionary(text);
  } catch {
    throw new SignatureFault(`cannot be read: ${field} is no dictionary (RFC 8941)`);
  }
}

function parametersOf([, parameters]: InnerList): Pick<
  RequestSignature,
  'keyId' | 'algorithm' | 'created' | 'expires'
> {
  const [keyId, algorithm, created, expires] = ['keyid', 'alg', 'created', 'expires'].map((name) =>
    parameters.get(name),
  );
  if (typeof keyId !== 'string') throw new SignatureFault('names no key: give keyid');
  if (algorithm !== undefined && typeof algorithm !== 'string') throw new SignatureFault('has an alg that is no text');
  if (typeof created !== 'number') throw new SignatureFault('does not say when it was made: give created');
  if (expires !== undefined && typeof expires !== 'number') throw new SignatureFault('has an expires that is no time');
  return { keyId, algorithm, created, expires };
}
