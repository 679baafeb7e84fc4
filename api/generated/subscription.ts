// Generated from crds/subscriptions.yaml by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

import type { Condition } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';
import type { Limit } from './shared.ts';

/** An application's request for APIs and plans, and its credentials. */
export interface Subscription {
  readonly apiVersion: 'simpul.id/v1alpha1';
  readonly kind: 'Subscription';
  readonly metadata: ObjectMeta;
  /** Which application asks for which APIs, and with which credentials. */
  readonly spec: SubscriptionSpec;
  /**
   * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so
   * that what waits for the operator sees that it has not looked yet. Example: see `conditions`.
   */
  readonly status?: SubscriptionStatus;
}

/** Which application asks for which APIs, and with which credentials. */
export interface SubscriptionSpec {
  /** The application that calls. Example: `{displayName: Aplikasi Perizinan, contact: perizinan@example.go.id}`. */
  readonly application: SubscriptionApplication;
  /** APIs that the application wants to call. Example: `[{name: situs, namespace: banten, plan: dasar}]`. */
  readonly apis: readonly SubscriptionApi[];
  /**
   * Credentials of the application, all of them valid side by side; to rotate, add one, switch over, remove the other.
   * Default: one generated API key named `default`. Example: `[{name: utama}]`.
   */
  readonly credentials: readonly SubscriptionCredential[];
  /**
   * Limits that the application sets itself, over all its calls with this Subscription. A call must pass every limit of
   * every level; a refused call counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.
   */
  readonly limits?: readonly Limit[];
}

/** The application that calls. Example: `{displayName: Aplikasi Perizinan, contact: perizinan@example.go.id}`. */
export interface SubscriptionApplication {
  /**
   * Name under which limits `by: Application` count; Subscriptions of one namespace that share it share the counter.
   * Default: the Subscription's name. Example: `perizinan`.
   */
  readonly name?: string;
  /** Name of the application, as people write it. Example: `Aplikasi Perizinan`. */
  readonly displayName: string;
  /** Mail address or telephone number of who answers for it. Default: none. Example: `perizinan@example.go.id`. */
  readonly contact?: string;
}

/** One ApiService and plan. Example: `{name: situs, namespace: banten, plan: dasar}`. */
export interface SubscriptionApi {
  /** Name of the ApiService. Example: `situs`. */
  readonly name: string;
  /** Namespace of the ApiService. Default: empty, which is this object's own namespace. Example: `banten`. */
  readonly namespace: string;
  /** Name of the plan. Default: none, which fits an ApiService without plans. Example: `dasar`. */
  readonly plan?: string;
}

/**
 * One credential; without `apiKey`, `oidc`, `clientCertificate` and `signature` a key is generated into the Secret
 * `<subscription>-<credential>`. Example: `{name: utama}`.
 */
export interface SubscriptionCredential {
  /** Name of the credential. Example: `utama`. */
  readonly name: string;
  /**
   * An API key brought along instead of a generated one. Default: a key of 256 bits is generated. Example: `{secretRef:
   * {name: perizinan-cadangan}}`.
   */
  readonly apiKey?: SubscriptionCredentialApiKey;
  /**
   * A client of an identity provider: calls with its tokens are this application's. Default: none. Example:
   * `{keyManagerRef: {name: sso, namespace: simpul-system}, clientId: perizinan}`.
   */
  readonly oidc?: SubscriptionCredentialOidc;
  /**
   * Certificates by a name that stands in them: calls with one of these are this application's. Default: none. Example:
   * `{keyManagerRef: {name: mitra}, subject: 'CN=perizinan,O=Kota Tangerang,C=ID'}`.
   */
  readonly clientCertificate?: SubscriptionCredentialClientCertificate;
  /**
   * A key by which the application signs its requests (RFC 9421). Default: none. Example: `{keyManagerRef: {name:
   * tanda-tangan}, keyId: perizinan-1, publicKey: '-----BEGIN PUBLIC KEY-----...'}`.
   */
  readonly signature?: SubscriptionCredentialSignature;
  /** From when on the credential is valid, RFC 3339. Default: at once. Example: `2026-12-01T00:00:00Z`. */
  readonly notBefore?: string;
  /** Until when the credential is valid, RFC 3339. Default: until it is removed. Example: `2027-12-01T00:00:00Z`. */
  readonly notAfter?: string;
}

/**
 * An API key brought along instead of a generated one. Default: a key of 256 bits is generated. Example: `{secretRef:
 * {name: perizinan-cadangan}}`.
 */
export interface SubscriptionCredentialApiKey {
  /**
   * Secret of type `simpul.id/api-key` in this namespace that holds the key: at least 32 printable characters, 10 of
   * them distinct. Example: `{name: perizinan-cadangan}`.
   */
  readonly secretRef: SubscriptionCredentialApiKeySecretRef;
}

/**
 * Secret of type `simpul.id/api-key` in this namespace that holds the key: at least 32 printable characters, 10 of them
 * distinct. Example: `{name: perizinan-cadangan}`.
 */
export interface SubscriptionCredentialApiKeySecretRef {
  /** Name of the Secret. Example: `perizinan-cadangan`. */
  readonly name: string;
  /** Key within the Secret's data. Default: `api-key`. Example: `api-key`. */
  readonly key: string;
}

/**
 * A client of an identity provider: calls with its tokens are this application's. Default: none. Example:
 * `{keyManagerRef: {name: sso, namespace: simpul-system}, clientId: perizinan}`.
 */
export interface SubscriptionCredentialOidc {
  /**
   * KeyManager of type `OIDC` or `Introspection` that vouches for the client. Example: `{name: sso, namespace:
   * simpul-system}`.
   */
  readonly keyManagerRef: SubscriptionCredentialOidcKeyManagerRef;
  /**
   * The client as its tokens name it (claim `azp` or `client_id`, see `applicationClaim` of the KeyManager). One
   * Subscription has it. Example: `perizinan`.
   */
  readonly clientId: string;
}

/**
 * KeyManager of type `OIDC` or `Introspection` that vouches for the client. Example: `{name: sso, namespace:
 * simpul-system}`.
 */
export interface SubscriptionCredentialOidcKeyManagerRef {
  /** Name of the KeyManager. Example: `sso`. */
  readonly name: string;
  /** Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`. */
  readonly namespace: string;
}

/**
 * Certificates by a name that stands in them: calls with one of these are this application's. Default: none. Example:
 * `{keyManagerRef: {name: mitra}, subject: 'CN=perizinan,O=Kota Tangerang,C=ID'}`.
 */
export interface SubscriptionCredentialClientCertificate {
  /**
   * KeyManager of type `ClientCertificate` whose authorities issue the certificates. Example: `{name: mitra, namespace:
   * simpul-system}`.
   */
  readonly keyManagerRef: SubscriptionCredentialClientCertificateKeyManagerRef;
  /**
   * The whole subject as RFC 4514 writes it (`openssl x509 -subject -nameopt RFC2253`), upper and lower case as in the
   * certificate. Default: none. Example: `CN=perizinan,O=Kota Tangerang,C=ID`.
   */
  readonly subject?: string;
  /**
   * A DNS name among the subject alternative names, in any case; `*` stands for itself alone. Default: none. Example:
   * `perizinan.tangerangkota.go.id`.
   */
  readonly dnsName?: string;
  /**
   * A URI among the subject alternative names, character by character. Default: none. Example:
   * `spiffe://tangerang/perizinan`.
   */
  readonly uri?: string;
  /**
   * A mail address among the subject alternative names, character by character. Default: none. Example:
   * `perizinan@tangerangkota.go.id`.
   */
  readonly email?: string;
  /** An IP address among the subject alternative names. Default: none. Example: `10.20.30.40`. */
  readonly ipAddress?: string;
}

/**
 * KeyManager of type `ClientCertificate` whose authorities issue the certificates. Example: `{name: mitra, namespace:
 * simpul-system}`.
 */
export interface SubscriptionCredentialClientCertificateKeyManagerRef {
  /** Name of the KeyManager. Example: `mitra`. */
  readonly name: string;
  /** Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`. */
  readonly namespace: string;
}

/**
 * A key by which the application signs its requests (RFC 9421). Default: none. Example: `{keyManagerRef: {name:
 * tanda-tangan}, keyId: perizinan-1, publicKey: '-----BEGIN PUBLIC KEY-----...'}`.
 */
export interface SubscriptionCredentialSignature {
  /** KeyManager of type `Signature`. Example: `{name: tanda-tangan, namespace: simpul-system}`. */
  readonly keyManagerRef: SubscriptionCredentialSignatureKeyManagerRef;
  /** What signatures say as `keyid`. One Subscription has it. Example: `perizinan-2027`. */
  readonly keyId: string;
  /**
   * Public key in PEM form (`BEGIN PUBLIC KEY`): Ed25519, or EC on P-256 or P-384. Default: none; needed but for
   * `hmac-sha256`. Example: `-----BEGIN PUBLIC KEY-----...`.
   */
  readonly publicKey?: string;
  /**
   * Secret of type `simpul.id/signing-secret` in this namespace that holds the shared secret of `hmac-sha256`, as
   * base64 of at least 32 bytes. Default: none. Example: `{name: perizinan-hmac}`.
   */
  readonly secretRef?: SubscriptionCredentialSignatureSecretRef;
}

/** KeyManager of type `Signature`. Example: `{name: tanda-tangan, namespace: simpul-system}`. */
export interface SubscriptionCredentialSignatureKeyManagerRef {
  /** Name of the KeyManager. Example: `tanda-tangan`. */
  readonly name: string;
  /** Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`. */
  readonly namespace: string;
}

/**
 * Secret of type `simpul.id/signing-secret` in this namespace that holds the shared secret of `hmac-sha256`, as base64
 * of at least 32 bytes. Default: none. Example: `{name: perizinan-hmac}`.
 */
export interface SubscriptionCredentialSignatureSecretRef {
  /** Name of the Secret. Example: `perizinan-hmac`. */
  readonly name: string;
  /** Key within the Secret's data. Default: `secret`. Example: `secret`. */
  readonly key: string;
}

/**
 * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that
 * what waits for the operator sees that it has not looked yet. Example: see `conditions`.
 */
export interface SubscriptionStatus {
  /**
   * Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit.
   * Example: `3`.
   */
  readonly observedGeneration?: number;
  /**
   * What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md.
   * Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.
   */
  readonly conditions?: readonly Condition[];
  /**
   * When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a
   * credential that two objects want, and backups carry it. Default: absent until then. Example:
   * `2026-11-20T03:00:00Z`.
   */
  readonly acceptedAt?: string;
  /**
   * Where the request for each API stands. Default: absent until the first visit. Example: `[{namespace: banten, name:
   * situs, plan: dasar, state: Active}]`.
   */
  readonly apis?: readonly SubscriptionStatusApi[];
  /**
   * Where each credential lies. Default: absent until the first visit. Example: `[{name: utama, secretName:
   * perizinan-utama, state: Active}]`.
   */
  readonly credentials?: readonly SubscriptionStatusCredential[];
}

/** One ApiService. Example: `{namespace: banten, name: situs, state: PendingApproval, message: ...}`. */
export interface SubscriptionStatusApi {
  /** Namespace of the ApiService. Example: `banten`. */
  readonly namespace: string;
  /** Name of the ApiService. Example: `situs`. */
  readonly name: string;
  /** Plan that was asked for. Default: none. Example: `dasar`. */
  readonly plan?: string;
  /**
   * `Active`: calls pass. `PendingApproval`, `Rejected`: see the owner. `Refused`: see `message`. Example: `Active`.
   */
  readonly state: 'Active' | 'PendingApproval' | 'Rejected' | 'Refused';
  /**
   * Why calls do not pass, and what to do. Default: none while Active. Example: `Waits for an Approval in namespace
   * "banten"`.
   */
  readonly message?: string;
  /**
   * When this API and plan first became Active, RFC 3339 in UTC; what was Active before an API was deprecated keeps
   * working. Default: absent until then. Example: `2026-11-20T03:00:00Z`.
   */
  readonly acceptedAt?: string;
}

/** One credential. Example: `{name: utama, secretName: perizinan-utama, state: Active}`. */
export interface SubscriptionStatusCredential {
  /** Name of the credential. Example: `utama`. */
  readonly name: string;
  /**
   * Secret that holds the key, in this namespace. Default: absent where there is no key. Example: `perizinan-utama`.
   */
  readonly secretName?: string;
  /** `Active`: gateways know it (within its dates). `Refused`: see `message`. Example: `Active`. */
  readonly state: 'Active' | 'Refused';
  /** Why it is refused, and what to do. Default: none while Active. Example: `Secret "x" has no key "api-key"`. */
  readonly message?: string;
}
