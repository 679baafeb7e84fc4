import { isMaskedMember, looksPersonal, type Masks, masked, shown, unreadable } from './masks.ts';

/** Deeper is not shown. */
const mostLevels = 32;

/**
 * A JSON body as it may be written, as JSON in one line; undefined when it is no JSON. It is parsed and written anew, so
 * that what is written is what was understood: of doubled members the last.
 */
export function maskedJson(body: Buffer, masks: readonly Masks[]): string | undefined {
  const value = parsed(body);
  return value === undefined ? undefined : JSON.stringify(maskedValue(value, [], { masks, level: 0 }));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(strictUtf8.decode(body));
  } catch {
    return undefined;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

interface Place {
  readonly masks: readonly Masks[];
  readonly level: number;
}

function maskedValue(value: unknown, way: readonly string[], { masks, level }: Place): unknown {
  if (typeof value === 'string') return shown(value);
  if (typeof value === 'number') return looksPersonal(String(value)) ? masked : value;
  if (typeof value !== 'object' || value === null) return value;
  if (level >= mostLevels) return unreadable;
  const within = { masks, level: level + 1 };
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, way, within));
  return maskedObject(value, way, within);
}

function maskedObject(value: object, way: readonly string[], place: Place): Record<string, unknown> {
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const here = [...way, ...name.toLowerCase().split('.')];
    return [shown(name), isMaskedMember(place.masks, here) ? masked : maskedValue(member, here, place)];
  });
  return Object.fromEntries(members);
}
