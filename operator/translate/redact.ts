import type { Compiled } from '#api/compiled/contract.ts';

const redacted = '[redacted]';

/** The compiled object without what is secret in it (the pepper, hashes of keys): fit for eyes, terminals and golden files. */
export function redactCompiled(compiled: Compiled): Compiled {
  if (compiled.kind === 'ApiGateway') return { ...compiled, pepper: redacted };
  if (compiled.kind !== 'Subscription') return compiled;
  return { ...compiled, credentials: compiled.credentials.map((credential) => ({ ...credential, hash: redacted })) };
}
