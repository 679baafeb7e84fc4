import { isCidr } from '#api/backend-address.ts';
import type { Problem } from './outcome.ts';

/** The first entry of `lists`, by field, that is no address block. */
export function addressBlockProblem(
  lists: Readonly<Record<string, readonly string[] | undefined>>,
): Problem | undefined {
  for (const [field, blocks] of Object.entries(lists)) {
    const bad = blocks?.find((block) => !isCidr(block));
    if (bad === undefined) continue;
    const message = `${field} holds "${bad}", which is no address block such as 10.20.0.0/16`;
    return { reason: 'InvalidValue', message };
  }
  return undefined;
}
