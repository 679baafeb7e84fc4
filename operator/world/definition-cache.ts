import { createHash } from 'node:crypto';
import { type DefinitionVerdict, readDefinition } from '#api/openapi/read-definition.ts';

/** An object is visited several times in a row; that many documents are remembered. */
const mostRemembered = 16;

/** Verdicts on documents by their text: reading a large one takes some hundred milliseconds. */
export class DefinitionCache {
  readonly #verdicts = new Map<string, DefinitionVerdict>();

  read(text: string): DefinitionVerdict {
    const key = createHash('sha256').update(text).digest('base64');
    const known = this.#verdicts.get(key);
    const verdict = known ?? readDefinition(text);
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    if (this.#verdicts.size > mostRemembered) {
      for (const oldest of this.#verdicts.keys()) {
        this.#verdicts.delete(oldest);
        break;
      }
    }
    return verdict;
  }
}
