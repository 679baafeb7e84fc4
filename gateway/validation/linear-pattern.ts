import { RE2JS } from 're2js';

/** What ajv asks of a regular expression. */
export interface LinearPattern {
  test(text: string): boolean;
}

/**
 * A pattern of a definition, matched in linear time: neither who wrote it nor who sends the text can hold up the
 * gateway. Definitions with patterns that this engine does not know are refused before they get here.
 */
export function linearPattern(pattern: string): LinearPattern {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return { test: (text) => compiled.test(text) };
}

/** ajv wants to know how to write it down when it prints code, which nobody asks it to do. */
linearPattern.code = 'linearPattern';
