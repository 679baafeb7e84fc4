/** A field's description, taken apart. Convention: `What it is, with unit. Default: `x`. Example: `y`.` */
export interface DescriptionParts {
  readonly text: string;
  /** Absent for required fields. */
  readonly default: string | undefined;
  readonly example: string | undefined;
}

/** Takes a description apart; parts that it does not have are undefined. */
export function descriptionParts(description: string): DescriptionParts {
  const [beforeExample = '', example] = splitLast(description, 'Example: ');
  const [text = '', fallback] = splitLast(beforeExample, 'Default: ');
  return { text: text.trim(), default: withoutStop(fallback), example: withoutStop(example) };
}

function splitLast(text: string, marker: string): [string, string | undefined] {
  const at = text.lastIndexOf(marker);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + marker.length)];
}

function withoutStop(text: string | undefined): string | undefined {
  return text?.trim().replace(/\.$/, '');
}
