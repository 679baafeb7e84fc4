/**
 * The same text in one piece. V8 keeps what was put together as a tree, which every write of it walks anew; worth it for what
 * is written again and again. `text` is latin1.
 */
export function flatText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
