/** Content codings that a gateway can apply. */
export type Encoding = 'br' | 'gzip' | 'zstd';

/**
 * The coding of `offered`, in the order of preference, that a client likes best (RFC 9110, 12.5.3); null: none is liked
 * as much as none at all. `accept`: its Accept-Encoding, empty where it says nothing.
 */
export function negotiate(accept: string, offered: readonly Encoding[]): Encoding | null {
  // Anything would be acceptable to who says nothing; but by far most of them cannot read it.
  if (accept === '') return null;
  const weights = weightsOf(accept);
  const any = weights.get('*');
  let best: Encoding | null = null;
  let bestWeight = weights.get('identity') ?? (any === 0 ? 0 : lowest);
  for (const encoding of offered) {
    const weight = weights.get(encoding) ?? any ?? 0;
    // Of two that are liked as much the one that is offered first; any of them rather than none.
    if (weight <= 0 || weight < bestWeight || (best !== null && weight === bestWeight)) continue;
    best = encoding;
    bestWeight = weight;
  }
  return best;
}

/** Of what is acceptable without being named. */
const lowest = 0.0001;

const weightPattern = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i;

function weightsOf(accept: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const item of accept.split(',')) {
    const [coding = '', parameter] = item.split(';').map((part) => part.trim().toLowerCase());
    const name = coding === 'x-gzip' ? 'gzip' : coding;
    if (name !== '' && !weights.has(name)) weights.set(name, weightOf(parameter));
  }
  return weights;
}

/** One that cannot be read makes its coding unwanted. */
function weightOf(parameter: string | undefined): number {
  return parameter === undefined ? 1 : Number(weightPattern.exec(parameter)?.[1] ?? 0);
}
