import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TestAuthority } from '#gateway/testing/authority.ts';

const host = 'sso.example.go.id';
const realm = '/realms/spbe';
const scopes = ['penduduk.baca', 'penduduk.nik'];

/** The part of `oidc-provider` that is used here; it comes without types. */
type Provider = new (issuer: string, configuration: object) => { callback(): RequestListener };

/** The identity provider that examples/policies.yaml names, at its very address: a real one, `oidc-provider`. */
export class Sso implements AsyncDisposable {
  readonly #authority: TestAuthority;
  readonly #stack = new AsyncDisposableStack();

  constructor(authority: TestAuthority) {
    this.#authority = authority;
  }

  async start(address: string, clients: readonly string[]): Promise<void> {
    const module: string = 'oidc-provider';
    const { default: OidcProvider } = (await import(module)) as { default: Provider };
    const answer = new OidcProvider(`https://${host}${realm}`, configurationFor(clients)).callback();
    const { certificate, privateKey } = await this.#authority.issue(host);
    const below = (message: IncomingMessage, response: ServerResponse) => {
      // As an application that it is mounted in would do.
      const { url = '' } = message;
      Object.assign(message, { originalUrl: url, url: url.replace(realm, '') });
      answer(message as never, response as never);
    };
    const server = createServer({ cert: certificate, key: privateKey }, below);
    server.listen(443, address);
    await once(server, 'listening');
    this.#stack.defer(() => {
      server.closeAllConnections();
      server.close();
    });
  }

  /** An access token for a client, by its client credentials. */
  async token(client: string, scope = scopes.join(' ')): Promise<string> {
    const form = new URLSearchParams({ grant_type: 'client_credentials', scope, resource: 'urn:simpul' });
    const options = {
      method: 'POST',
      ca: this.#authority.ca,
      auth: `${client}:rahasia-${client}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    const sent = request(`https://${host}${realm}/token`, options).end(String(form));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const said = await text(answer);
    const { access_token: token } = JSON.parse(said) as { access_token?: string };
    if (token === undefined) throw new TypeError(`no token for ${client}: ${said}`);
    return token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function configurationFor(clients: readonly string[]): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    clients: clients.map((id) => ({
      ...{ client_id: id, client_secret: `rahasia-${id}`, scope: scopes.join(' '), redirect_uris: [] },
      ...{ grant_types: ['client_credentials'], response_types: [], id_token_signed_response_alg: 'ES256' },
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    scopes,
    // As Keycloak does: the file's KeyManager reads the client from there.
    extraTokenClaims: (_context: unknown, { clientId }: { clientId: string }) => ({ azp: clientId }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:simpul',
        useGrantedResource: () => true,
        getResourceServerInfo: () => {
          const jwt = { sign: { alg: 'ES256' } };
          return { audience: 'simpul', scope: scopes.join(' '), accessTokenFormat: 'jwt', jwt };
        },
      },
    },
  };
}
