/** What many samples of one time come to, in milliseconds. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * The smallest sample that at least `share` (0 to 1) of all samples do not exceed (nearest rank: always a value that was
 * measured, never one between two). NaN without samples.
 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

export function distributionOf(samples: readonly number[]): Distribution {
  return {
    count: samples.length,
    p50: percentile(samples, 0.5),
    p99: percentile(samples, 0.99),
    max: percentile(samples, 1),
  };
}

/** For a table: three digits that mean something, `-` when there is no value. */
export function shown(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '-';
  if (Math.abs(value) < 10) return String(Number(value.toPrecision(3)));
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}
