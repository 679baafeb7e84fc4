import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { KubeObject } from '#api/object.ts';
import { type MaterialRef, secretTypes } from './materials.ts';

/** Every Secret and ConfigMap that a spec refers to, but for API keys of Subscriptions. A new place is one entry here. */
export function referencesOf(object: KubeObject): MaterialRef[] {
  if (object.kind === 'ApiGateway') return referencesOfApiGateway(object as ApiGateway);
  if (object.kind === 'ApiService') return referencesOfApiService(object as ApiService);
  if (object.kind === 'KeyManager') return referencesOfKeyManager(object as KeyManager);
  return object.kind === 'Subscription' ? referencesOfSubscription(object as Subscription) : [];
}

function referencesOfApiGateway(gateway: ApiGateway): MaterialRef[] {
  const redis = [redisCredentialRefOf(gateway), sentinelCredentialRefOf(gateway), redisCaRefOf(gateway)].filter(
    (ref) => ref !== undefined,
  );
  return [...listenerReferencesOf(gateway), ...redis];
}

function listenerReferencesOf(gateway: ApiGateway): MaterialRef[] {
  return gateway.spec.listeners.flatMap(({ tls }) => {
    const caRef = tls?.clientCertificates?.caRef;
    return [
      ...(tls?.certificateRefs ?? []).map(({ name }) => certificateRef(gateway, name)),
      ...(caRef === undefined ? [] : [clientCaRef(gateway, caRef.name)]),
    ];
  });
}

/** One of `spec.listeners.*.tls.certificateRefs`. */
export function certificateRef({ metadata }: ApiGateway, name: string): MaterialRef {
  return { kind: 'Secret', namespace: metadata.namespace ?? '', name, types: ['kubernetes.io/tls'] };
}

/** `spec.listeners.*.tls.clientCertificates.caRef`. */
export function clientCaRef({ metadata }: ApiGateway, name: string): MaterialRef {
  return { kind: 'ConfigMap', namespace: metadata.namespace ?? '', name };
}

/** `spec.redis.credentialRef`. */
export function redisCredentialRefOf({ metadata, spec }: ApiGateway): MaterialRef | undefined {
  const ref = spec.redis?.credentialRef;
  if (ref === undefined) return undefined;
  return { kind: 'Secret', namespace: metadata.namespace ?? '', name: ref.name, types: ['kubernetes.io/basic-auth'] };
}

/** `spec.redis.sentinel.credentialRef`. */
export function sentinelCredentialRefOf({ metadata, spec }: ApiGateway): MaterialRef | undefined {
  const ref = spec.redis?.sentinel?.credentialRef;
  if (ref === undefined) return undefined;
  return { kind: 'Secret', namespace: metadata.namespace ?? '', name: ref.name, types: ['kubernetes.io/basic-auth'] };
}

/** `spec.redis.tls.caRef`. */
export function redisCaRefOf({ metadata, spec }: ApiGateway): MaterialRef | undefined {
  const ref = spec.redis?.tls?.caRef;
  return ref && { kind: 'ConfigMap', namespace: metadata.namespace ?? '', name: ref.name };
}

function referencesOfApiService(api: ApiService): MaterialRef[] {
  return [credentialRefOf(api), caRefOf(api), clientCertificateRefOf(api), definitionRefOf(api)].filter(
    (ref) => ref !== undefined,
  );
}

function referencesOfSubscription(subscription: Subscription): MaterialRef[] {
  return subscription.spec.credentials.flatMap(({ signature }) =>
    signature?.secretRef === undefined ? [] : signingSecretRef(subscription, signature.secretRef.name),
  );
}

/** One of `spec.credentials.*.signature.secretRef`. */
export function signingSecretRef({ metadata }: Subscription, name: string): MaterialRef {
  return { kind: 'Secret', namespace: metadata.namespace ?? '', name, types: ['simpul.id/signing-secret'] };
}

function referencesOfKeyManager(keyManager: KeyManager): MaterialRef[] {
  return [
    introspectionCredentialRefOf(keyManager),
    clientAuthorityRefOf(keyManager),
    providerAuthorityRefOf(keyManager),
  ].filter((ref) => ref !== undefined);
}

/** `spec.oidc.caRef` or `spec.introspection.caRef`. */
export function providerAuthorityRefOf({ metadata, spec }: KeyManager): MaterialRef | undefined {
  return authorityRef(metadata.namespace, (spec.oidc ?? spec.introspection)?.caRef);
}

/** `spec.clientCertificate.caRef`. */
export function clientAuthorityRefOf({ metadata, spec }: KeyManager): MaterialRef | undefined {
  return authorityRef(metadata.namespace, spec.clientCertificate?.caRef);
}

/** `spec.introspection.credentialRef`. */
export function introspectionCredentialRefOf({ metadata, spec }: KeyManager): MaterialRef | undefined {
  if (spec.introspection === undefined) return undefined;
  return credentialIn(metadata.namespace, spec.introspection.credentialRef.name);
}

/** `spec.backend.credentialRef`. */
export function credentialRefOf({ metadata, spec }: ApiService): MaterialRef | undefined {
  const { credentialRef } = spec.backend;
  return credentialRef && credentialIn(metadata.namespace, credentialRef.name);
}

function credentialIn(namespace: string | undefined, name: string): MaterialRef {
  const types = ['simpul.id/backend-credential', 'kubernetes.io/basic-auth'] as const;
  return { kind: 'Secret', namespace: namespace ?? '', name, types };
}

/** `spec.definition.openApi.configMapRef`. */
export function definitionRefOf({ metadata, spec }: ApiService): MaterialRef | undefined {
  const ref = spec.definition?.openApi.configMapRef;
  return ref && { kind: 'ConfigMap', namespace: metadata.namespace ?? '', name: ref.name };
}

/** `spec.backend.tls.caRef`. */
export function caRefOf({ metadata, spec }: ApiService): MaterialRef | undefined {
  return authorityRef(metadata.namespace, spec.backend.tls?.caRef);
}

/** A shared secret lies with nothing else. */
const authorityTypes = secretTypes.filter((type) => type !== 'simpul.id/signing-secret');

/** Certificates of authorities are no secret, but they may lie in one, beside what is. */
function authorityRef(
  namespace = '',
  ref: { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string } | undefined,
): MaterialRef | undefined {
  if (ref === undefined) return undefined;
  const { kind, name } = ref;
  return kind === 'Secret' ? { kind, namespace, name, types: authorityTypes } : { kind, namespace, name };
}

/** `spec.backend.tls.clientCertificateRef`. */
export function clientCertificateRefOf({ metadata, spec }: ApiService): MaterialRef | undefined {
  const ref = spec.backend.tls?.clientCertificateRef;
  if (ref === undefined) return undefined;
  return { kind: 'Secret', namespace: metadata.namespace ?? '', name: ref.name, types: ['kubernetes.io/tls'] };
}
