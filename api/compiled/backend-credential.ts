/** By what the backend knows the gateway. */
export interface CompiledBackendCredential {
  /** Values by name in lower case; they go before those of {@link CompiledHeaderChange}. Secret. */
  readonly secretHeaders: { readonly [name: string]: string };
}

/** Where tokens for calls of the backend come from: client credentials (RFC 6749, 4.4). */
export interface CompiledBackendOAuth2 {
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  readonly audience?: string;
  /** By what the token endpoint knows the gateway. Secret. */
  readonly secretHeaders: { readonly [name: string]: string };
  /** The same in the form. Secret. */
  readonly secretForm?: { readonly [name: string]: string };
}
