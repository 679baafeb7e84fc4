import { viaName } from '../filters/head.ts';
import type { ParsedAnswer } from '../http1/answer-head.ts';
import type { AnswerChange } from './header-change.ts';
import { DropList, removeNamed } from './hop-by-hop.ts';

/** What the gateway says itself in each answer, so a backend cannot say it instead. */
const dropped = new DropList(['x-request-id', 'simpul-code', 'simpul-fault']);

/** The fields of a backend's answer that go on to the client, as flat name, value. `change`: null when the API wants none. */
export function answerFields({ fields, connectionNames }: ParsedAnswer, change: AnswerChange | null): string[] {
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (dropped.has(name) || change?.dropped.has(name.toLowerCase()) === true) continue;
    kept.push(name, fields[i + 1] ?? '');
  }
  if (connectionNames.length > 0) removeNamed(kept, connectionNames);
  if (change !== null) kept.push(...change.added);
  // Behind those of the backend, if there are any: several fields are one list (RFC 9110, 5.3).
  kept.push('Via', `1.1 ${viaName}`);
  return kept;
}
