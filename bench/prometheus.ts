/** One sample of a page in Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples whose name is `name`; reads only their lines, because an API server's page has tens of thousands. */
export function samplesOf(page: string, name: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    if (!line.startsWith(name)) return [];
    const rest = line.slice(name.length);
    const [, labels = '', value] = /^(?:\{(.*)\})? (\S+)/.exec(rest) ?? [];
    return value === undefined ? [] : [{ name, labels: labelsOf(labels), value: Number(value) }];
  });
}

/** Sum of those samples whose labels hold all of `wanted`. */
export function sumOf(samples: readonly Sample[], wanted: Readonly<Record<string, string>> = {}): number {
  const matching = samples.filter(({ labels }) => Object.entries(wanted).every(([key, text]) => labels[key] === text));
  return matching.reduce((sum, { value }) => sum + value, 0);
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, key = '', value = '']) => [key, value]));
}
