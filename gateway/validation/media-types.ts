import type { DefinedContent } from '#api/compiled/definition.ts';

/** `application/json` of `Application/JSON; charset=utf-8`; empty: there is none that can be read. */
export function mediaTypeOf(field: string | undefined): string {
  const type = (field ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type) ? type : '';
}

/** The entry for a media type: itself, before `type/*`, before the range of all. */
export function contentFor(
  content: { readonly [type: string]: DefinedContent },
  type: string,
): DefinedContent | undefined {
  for (const range of [type, `${type.split('/', 1)[0]}/*`, '*/*']) {
    if (Object.hasOwn(content, range)) return content[range];
  }
  return undefined;
}
