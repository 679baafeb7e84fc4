import { TokenRefusal } from './token-refusal.ts';

/** What a client proves itself by (RFC 6749, 2.3.1). */
export interface ClientSecret {
  readonly id: string;
  readonly secret: string;
}

/** The fields of a form, each once (RFC 6749, 3.2). Throws a {@link TokenRefusal}. */
export function readForm(contentType: string, body: Buffer): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType)) {
    throw new TokenRefusal('invalid_request', 'the body must be application/x-www-form-urlencoded');
  }
  const form = new URLSearchParams(body.toString('utf8'));
  for (const name of form.keys()) {
    if (form.getAll(name).length > 1) throw new TokenRefusal('invalid_request', 'a parameter stands more than once');
  }
  return form;
}

/** The client that the request names, by exactly one of the two ways. `authorization`: the field, empty: none. */
export function clientSecretOf(authorization: string, form: URLSearchParams): ClientSecret {
  const inBody = form.has('client_id') || form.has('client_secret');
  if (authorization === '') {
    const [id, secret] = [form.get('client_id'), form.get('client_secret')];
    if (id === null || secret === null) throw invalidClient('client id and secret are missing');
    return { id, secret };
  }
  // The id alone may be repeated there, but then it must be the same; nobody needs that.
  if (inBody) throw new TokenRefusal('invalid_request', 'the client proves itself in two ways');
  return basicOf(authorization);
}

/** Both parts are encoded like the fields of a form before they become Basic. */
function basicOf(authorization: string): ClientSecret {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) throw invalidClient('the field Authorization is not Basic');
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) throw invalidClient('the field Authorization holds no client secret');
  return { id: decoded(pair.slice(0, colon)), secret: decoded(pair.slice(colon + 1)) };
}

function decoded(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}

export function invalidClient(reason: string): TokenRefusal {
  return new TokenRefusal('invalid_client', reason);
}
