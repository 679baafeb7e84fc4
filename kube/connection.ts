/** What TLS needs to reach the API server. A new object means new material: connections are made anew. */
export interface TlsMaterial {
  /** PEM; absent: the system's roots. */
  readonly ca?: string;
  /** PEM of the client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** Name to verify instead of the URL's host. */
  readonly servername?: string;
  /** False only when the kubeconfig says `insecure-skip-tls-verify`. */
  readonly rejectUnauthorized?: boolean;
}

/** What to present to the API server now. */
export interface Credentials {
  /** Value of the Authorization header. */
  readonly authorization?: string;
  readonly tls: TlsMaterial;
}

/**
 * How to reach one API server as somebody. Two implementations: `in-cluster.ts` (small and fast to start) and
 * `kube-config.ts` (all that a kubeconfig can say).
 */
export interface Connection {
  /** `https://host:port`, without a trailing slash; it may have a path prefix. */
  readonly server: string;
  /** Namespace of the pod, or of the kubeconfig's context; `default` when neither says. */
  readonly namespace: string;
  /** The credentials that hold now. Cheap: they are read again at most once a minute, or when they expire. */
  credentials(): Promise<Credentials>;
  /** Forgets what is cached, because the API server answered 401. The next {@link credentials} reads or asks anew. */
  invalidate(): void;
}

/** True when both stand for the same TLS connection. */
export function sameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  return (
    a.ca === b.ca &&
    a.cert === b.cert &&
    a.key === b.key &&
    a.servername === b.servername &&
    a.rejectUnauthorized === b.rejectUnauthorized
  );
}
