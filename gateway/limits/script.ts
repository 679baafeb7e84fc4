import { createHash } from 'node:crypto';

/** A script and the name under which Redis keeps it. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}
