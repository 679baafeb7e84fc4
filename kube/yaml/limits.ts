/** Bounds of one file. Whatever is beyond them is refused with a message, before it can cost time or memory. */
export interface ManifestLimits {
  /** Size of the file in bytes. */
  readonly maxBytes: number;
  /** Documents in one file. */
  readonly maxDocuments: number;
  /** Levels of maps and lists within one another. */
  readonly maxDepth: number;
  /** Values in one document, those that aliases repeat included. */
  readonly maxNodes: number;
  /** Values in one document that come from aliases. */
  readonly maxAliasedNodes: number;
}

export const defaultLimits: ManifestLimits = {
  maxBytes: 5 * 1024 * 1024,
  maxDocuments: 10_000,
  maxDepth: 100,
  maxNodes: 1_000_000,
  maxAliasedNodes: 20_000,
};
