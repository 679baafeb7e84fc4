import { type ParsedAnswer, parseAnswerHead } from '../http1/answer-head.ts';

/** Heads that are longer are not kept for a comparison with the next ones. */
const maxRememberedBytes = 2048;

/**
 * Reads the heads of one origin's answers. Under load many are the same as the one before: their date has seconds, and the
 * answers to small questions one length. Then reading costs a comparison.
 */
export class AnswerMemory {
  #text = '';
  #toHead = false;
  #answer: ParsedAnswer | null = null;

  /** As {@link parseAnswerHead}; the same object for the same text. */
  read(text: string, toHead: boolean): ParsedAnswer {
    if (this.#answer !== null && toHead === this.#toHead && text === this.#text) return this.#answer;
    const answer = parseAnswerHead(text, toHead);
    if (text.length > maxRememberedBytes) return answer;
    this.#text = text;
    this.#toHead = toHead;
    this.#answer = answer;
    return answer;
  }
}
