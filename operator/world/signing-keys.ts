/** A key that signs the tokens of one KeyManager of type TokenEndpoint. */
export interface SigningKey {
  readonly kid: string;
  /** Milliseconds since the epoch: until then it is published and signs nothing. */
  readonly signsFrom: number;
  /** PKCS #8, PEM. Secret. */
  readonly privateKey: string;
}

/** How long a key is published before it signs: longer than anybody keeps the key set (its Cache-Control says five minutes). */
export const publishedBeforeMs = 10 * 60_000;
/** Longest life of a token, and as much as clocks may differ: so long an old key goes on verifying. */
const overlapMs = 3_600_000 + publishedBeforeMs;

export interface RotationPlan {
  /** Those that are kept, the youngest last. */
  readonly kept: readonly SigningKey[];
  /** When a key that is to be made begins to sign; undefined: none is needed yet. */
  readonly nextFrom: number | undefined;
}

/** Which keys stay, and whether the next is due. Pure; `now` and `everyMs` in milliseconds. */
export function planRotation(keys: readonly SigningKey[], everyMs: number, now: number): RotationPlan {
  const sorted = keys.toSorted((a, b) => a.signsFrom - b.signsFrom);
  const kept = sorted.filter(
    (_, index) => now < (sorted[index + 1]?.signsFrom ?? Number.POSITIVE_INFINITY) + overlapMs,
  );
  const youngest = kept.at(-1);
  if (youngest === undefined) return { kept, nextFrom: now };
  const due = youngest.signsFrom + everyMs - publishedBeforeMs;
  return { kept, nextFrom: now < due ? undefined : now + publishedBeforeMs };
}
